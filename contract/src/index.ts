export * from "./bridge.ts";
export * from "./channels.ts";
export * from "./errors.ts";
export * from "./gateway-config.ts";
export * from "./ids.ts";
export * from "./sign-in.ts";
