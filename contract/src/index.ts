export * from "./bridge.ts";
export * from "./channels.ts";
export * from "./errors.ts";
export * from "./ids.ts";
