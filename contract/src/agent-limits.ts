/** How long an agent's texts may be, in bytes of UTF-8. Apart from the schemas, for pages that count while one types. */

export const MAX_INSTRUCTIONS_BYTES = 8_192;
/** One message of any messenger takes it. */
export const MAX_GREETING_BYTES = 1_024;

export const utf8Bytes = (text: string): number => new TextEncoder().encode(text).byteLength;
