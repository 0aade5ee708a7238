/** A figure for whoever reads the output of the tests. */
export function measured(what: string): void {
  process.stdout.write(`  measured: ${what}\n`);
}
