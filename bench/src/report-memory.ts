/** Preloaded into a measured process: tells whoever started it its memory, after a collection, as often as it is asked. */
process.on("message", () => {
  const rssBytes = process.memoryUsage.rss();
  globalThis.gc?.();
  process.send?.({ rssBytes, heapBytes: process.memoryUsage().heapUsed });
});
// Asking must not keep it from ending.
process.channel?.unref();
