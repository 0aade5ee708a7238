/** The rows of the people who wait, with those who were decided of here: they keep their place, so that nothing jumps. */
import type { DecideSenderRequest, PendingSender } from "@cogni/contract";

export type Decision = DecideSenderRequest["decision"];

export interface SenderRow {
  sender: PendingSender;
  /** Null while they wait. */
  decided: Decision | null;
}

/**
 * @param shown the rows as they stood
 * @param waiting who waits by the API
 */
export function rowsOf(shown: readonly SenderRow[], waiting: readonly PendingSender[]): SenderRow[] {
  const kept = shown.flatMap((row): SenderRow[] => {
    const again = waiting.find((one) => isSame(one, row.sender));
    // A poll that set out before the decision still tells of them; one who asks anew asks at another time.
    if (again && !(row.decided && again.requestedAt === row.sender.requestedAt)) {
      return [{ sender: again, decided: null }];
    }
    return row.decided ? [row] : [];
  });
  const added = waiting.filter((one) => !shown.some(({ sender }) => isSame(one, sender)));
  return [...kept, ...added.map((sender) => ({ sender, decided: null }))];
}

const isSame = (one: PendingSender, other: PendingSender): boolean =>
  one.sender === other.sender && one.channel === other.channel;
