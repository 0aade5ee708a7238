/**
 * Shares one run among all who ask while another is under way. A caller never gets the result of a run that began
 * before it asked.
 */
export function coalesce<T>(run: () => Promise<T>): () => Promise<T> {
  let current: Promise<T> | null = null;
  let following: Promise<T> | null = null;

  function begin(): Promise<T> {
    following = null;
    const mine = run().finally(() => {
      if (current === mine) current = null;
    });
    current = mine;
    return mine;
  }

  return () => {
    if (!current) return begin();
    following ??= current.then(begin, begin);
    return following;
  };
}
