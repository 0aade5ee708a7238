/** `node health.ts <url>`: ends with 0 where the address answers 200. The image has no curl. */
const answered = await fetch(process.argv[2] ?? "", { signal: AbortSignal.timeout(4_000) }).then(
  (response) => response.ok,
  // Nothing listens there yet.
  () => false,
);
process.exitCode = answered ? 0 : 1;
