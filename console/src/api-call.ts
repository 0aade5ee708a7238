/**
 * How the pages ask the API: in whose name, for which tenant, within which time, and what a refusal is to them. What there is to ask is
 * in `api.ts`.
 */
import type { Problem } from "@cogni/contract";

/** Longer than the API's own limit of 10 s for a connect, so that its answer wins over ours. */
const TIMEOUT_MS = 20_000;
/** For a file, which is read to its end. */
const FILE_TIMEOUT_MS = 10 * 60_000;

export class ApiError extends Error {
  /** HTTP status; 0 when there was no answer at all. */
  readonly status: number;
  /** The API's own words; null when the answer was not in its form, or there was none. */
  readonly problem: Problem | null;
  /** Where the request was refused for having come too often; else null. */
  readonly limit: Limit | null;

  constructor(status: number, problem: Problem | null, cause?: unknown, retryAfterS: number | null = null) {
    super(problem?.title ?? (status === 0 ? "no answer" : `unexpected answer with status ${status}`), {
      cause,
    });
    this.name = "ApiError";
    this.status = status;
    this.problem = problem;
    const at = Date.now();
    this.limit = retryAfterS === null ? null : { at, retryAfterS, retryAt: at + retryAfterS * 1000 };
  }
}

/** Times of this machine's clock, in milliseconds. */
export interface Limit {
  /** When the answer came. */
  readonly at: number;
  readonly retryAfterS: number;
  readonly retryAt: number;
}

/** The tenant of the page that is drawn, as its address names it: each request is for that one, whatever other tabs are about. */
let tenant: string | null = null;

/**
 * Says of which tenant the page is that is drawn now. Not read off the address at each request: on the way back that is a
 * moment ahead of the page. Answers how to take it back.
 */
export function actFor(drawn: string): () => void {
  tenant = drawn;
  return () => {
    if (tenant === drawn) tenant = null;
  };
}

/** What a connect link was exchanged for; null on every page but that of a link. */
let bearer: string | null = null;

/** Says that the requests are by the link that was opened, from now on. Answers how to take it back. */
export function actBy(opened: string): () => void {
  bearer = opened;
  return () => {
    if (bearer === opened) bearer = null;
  };
}

/** What a request asks for, by the contract's names; null or empty where nothing is asked. */
export type Query = Readonly<Record<string, string | null>>;

export interface SavedFile {
  readonly blob: Blob;
  /** As the answer calls it. */
  readonly name: string;
}

/** A file of any length. */
export async function file(path: string): Promise<SavedFile> {
  const response = await answer(path, { headers: { accept: "*/*" } }, FILE_TIMEOUT_MS);
  const [, name = "file"] =
    /filename="([^"]+)"/.exec(response.headers.get("content-disposition") ?? "") ?? [];
  try {
    return { blob: await response.blob(), name };
  } catch (cause) {
    throw new ApiError(0, null, cause);
  }
}

/** As the part of an address behind its question mark; what is empty is left out. */
export function search(query: Query): string {
  return `?${new URLSearchParams(Object.entries(query).flatMap(([name, value]) => (value ? [[name, value]] : [])))}`;
}

type Schemas = typeof import("@cogni/contract");

/** The schemas, 30 KB of script, arrive while the first request is under way and keep no page waiting. */
const loadSchemas = (): Promise<Schemas> => import("@cogni/contract");

export async function call<T>(
  pick: (schemas: Schemas) => { parse(value: unknown): T },
  path: string,
  init: RequestInit,
): Promise<T> {
  const [response, schemas] = await Promise.all([answer(path, init), loadSchemas()]);
  try {
    return pick(schemas).parse(await response.json());
  } catch (cause) {
    throw new ApiError(response.status, null, cause);
  }
}

async function answer(path: string, init: RequestInit, timeoutMs = TIMEOUT_MS): Promise<Response> {
  const limit = AbortSignal.timeout(timeoutMs);
  const signal = init.signal ? AbortSignal.any([init.signal, limit]) : limit;
  const by = asWhom();
  let response: Response;
  try {
    response = await fetch(path, {
      ...by,
      ...init,
      signal,
      headers: { accept: "application/json", ...by.headers, ...init.headers },
    });
  } catch (cause) {
    throw new ApiError(0, null, cause);
  }
  if (!response.ok) {
    throw new ApiError(response.status, await problemOf(response), undefined, secondsToRetry(response));
  }
  return response;
}

/**
 * Who asks, and for which tenant. By a link no cookie goes along: whoever is signed in in the same browser is someone else. The
 * header of the tenant is the contract's TENANT_HEADER, whose module is not loaded this early.
 */
export function asWhom(): { headers: Record<string, string>; credentials?: "omit" } {
  if (bearer !== null) return { headers: { authorization: `Bearer ${bearer}` }, credentials: "omit" };
  return { headers: tenant === null ? {} : { "Billing-Account": tenant } };
}

/** Of a refused request; what is away without an end in sight has a header like it, and is not waited for. */
function secondsToRetry({ status, headers }: Response): number | null {
  const seconds = Number(headers.get("retry-after"));
  return status === 429 && Number.isInteger(seconds) && seconds > 0 ? seconds : null;
}

/** A proxy on the way answers failures in a form of its own: that has no words for a page. */
async function problemOf(response: Response): Promise<Problem | null> {
  const isProblem = response.headers.get("content-type")?.startsWith("application/problem+json");
  if (!isProblem) return null;
  const { problemSchema } = await loadSchemas();
  const parsed = problemSchema.safeParse(await response.json());
  return parsed.success ? parsed.data : null;
}

/** @param key names the request, so that the API carries it out once however often it is sent: the contract's IDEMPOTENCY_HEADER */
export function post(body: object, key?: string): RequestInit {
  const headers = { "content-type": "application/json", ...(key && { "Idempotency-Key": key }) };
  return { method: "POST", body: JSON.stringify(body), headers };
}

/** A key that nobody else has; `randomUUID` is not to be had where a page is not served over TLS. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}
