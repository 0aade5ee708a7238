/** What processes use, as Linux counts it. */
import { readFileSync } from "node:fs";

/** Ticks of 10 ms, as on every Linux of today. */
const TICK_S = 0.01;

/** Seconds of CPU that they have used, in user mode and in the kernel. */
export function cpuSeconds(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    // Behind the name, which may have blanks: utime and stime are the 14th and 15th of all fields.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return sum + (Number(fields[11]) + Number(fields[12])) * TICK_S;
  }, 0);
}

export function rssMegabytes(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return sum + Number(kilobytes) / 1024;
  }, 0);
}
