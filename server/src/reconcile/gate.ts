/** Lets at most `width` tasks run at once, so that healing hundreds of accounts never storms a gateway. */
export type Gate = <T>(task: () => Promise<T>) => Promise<T>;

export function createGate(width: number): Gate {
  let free = width;
  const waiting: (() => void)[] = [];

  return async (task) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await task();
    } finally {
      // The place is handed over rather than freed, so that a newcomer cannot overtake who waits.
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}
