/** The part of `npm run bench` that measures the LLM endpoint, by itself: it needs no gateway. Run it with Node 24. */
import { cpus, totalmem } from "node:os";
import { table } from "./figures.ts";
import { benchLlm } from "./llm.ts";

const [cpu] = cpus();
const figures = await benchLlm();
console.log(
  `Node ${process.version}, ${cpus().length} cores (${cpu?.model}), ${Math.round(totalmem() / 2 ** 30)} GiB, ${new Date().toISOString().slice(0, 10)}\n`,
);
console.log(table(figures));
