/** How far long work has come: a bar on a terminal, and now and then a line elsewhere. */

const WIDTH = 24;
/** A log that keeps the lines needs few of them. */
const QUIET_MS = 10_000;
const LIVELY_MS = 100;

/** Told as often as one likes. @param line told of it at most every 100 ms */
export function progressBar(line: (text: string) => void, what: string): (done: number, all: number) => void {
  let toldAt = Number.NEGATIVE_INFINITY;
  return (done, all) => {
    const now = performance.now();
    if (now - toldAt < LIVELY_MS) return;
    toldAt = now;
    const share = all === 0 ? 1 : Math.min(1, done / all);
    const full = Math.round(share * WIDTH);
    line(
      `${"█".repeat(full)}${"░".repeat(WIDTH - full)} ${Math.floor(share * 100)} %  ${done} of ${all} ${what}`,
    );
  };
}

/** Where such lines go: the same line of a terminal again and again, or a line now and then. */
export function progressLine(stream: NodeJS.WriteStream): { show(line: string): void; clear(): void } {
  let shownAt = performance.now();
  let shown = false;
  return {
    show(line) {
      if (stream.isTTY) {
        stream.write(`\r\x1b[K${line}`);
        shown = true;
        return;
      }
      if (performance.now() - shownAt < QUIET_MS) return;
      shownAt = performance.now();
      stream.write(`${line}\n`);
    },
    clear() {
      if (shown) stream.write("\r\x1b[K");
      shown = false;
    },
  };
}
