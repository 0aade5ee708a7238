/** A request's body, on its way from bytes to a parsed type: the media type, the size, the JSON, the schema. */
import type { FieldError } from "@cogni/contract";
import type { z } from "zod";
import { AppError } from "../errors.ts";

const MAX_BODY_BYTES = 64 * 1024;
/** What may be repeated to the caller: a mistyped field's name, but not a credential pasted in its place. */
const SHOWABLE_NAME = /^[A-Za-z][A-Za-z_]{0,63}$/;

/**
 * @throws AppError unsupported_media_type, payload_too_large, invalid_request (with every field that is wrong)
 */
export async function parseBody<T extends z.ZodType>(
  request: Request,
  schema: T,
  maxBytes = MAX_BODY_BYTES,
  /** Throws for what is no JSON. */
  parse: (text: string) => unknown = JSON.parse,
): Promise<z.output<T>> {
  const mediaType = request.headers.get("content-type")?.split(";", 1)[0]?.trim().toLowerCase();
  if (mediaType !== "application/json") throw new AppError("unsupported_media_type");
  const parsed = schema.safeParse(parseJson(await readBytes(request, maxBytes), parse));
  if (!parsed.success) throw new AppError("invalid_request", { errors: fieldErrors(parsed.error) });
  return parsed.data;
}

/** Counts while it reads: a declared length may be missing, or wrong. */
async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array> {
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) throw new AppError("payload_too_large");
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new AppError("payload_too_large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parseJson(bytes: Uint8Array, parse: (text: string) => unknown): unknown {
  try {
    return parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    // The parser's own message quotes the body, and with it a credential.
    throw new AppError("invalid_request", { errors: [{ path: "", message: "is not valid JSON" }] });
  }
}

export function fieldErrors(error: z.ZodError): FieldError[] {
  return error.issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => ({ path: dotted([...issue.path, key]), message: "is not a known field" }))
      : [{ path: dotted(issue.path), message: issue.message }],
  );
}

function dotted(path: readonly PropertyKey[]): string {
  return path
    .map((key) => (SHOWABLE_NAME.test(String(key)) || typeof key === "number" ? key : "?"))
    .join(".");
}
