/** The messenger's HTTP API, as a bot or a linked device uses it. The server is `dev-env/src/stand-ins/try-it/`. */
import { z } from "zod";

const selfSchema = z.object({ id: z.string(), name: z.string() });
export type Self = z.infer<typeof selfSchema>;

const messageSchema = z.object({
  id: z.number().int(),
  /** The conversation, which is also the person: there are no groups. */
  chat: z.string(),
  from: z.object({ id: z.string(), name: z.string() }),
  text: z.string(),
  /** Milliseconds since 1970. */
  at: z.number(),
});
export type Message = z.infer<typeof messageSchema>;

const linkSchema = z.object({
  id: z.string(),
  status: z.enum(["pending", "accepted", "refused", "expired"]),
  /** What the code shows; it changes when the messenger rotates it. */
  url: z.string(),
  /** Once accepted, and only then. */
  token: z.string().optional(),
});
export type Link = z.infer<typeof linkSchema>;

/** The messenger said no. `message` begins with the status and its reason, as in “401 Unauthorized”. */
export class MessengerRefusal extends Error {
  readonly status: number;

  constructor(status: number, reason: string) {
    super(`${status} ${reason}`);
    this.status = status;
  }
}

/** How long an answer that needs no waiting may take. */
const ANSWER_MS = 10_000;
/** The server answers a poll after `POLL_MS` at the latest; one that takes this much longer never comes. */
const POLL_MS = 5_000;
const POLL_GRACE_MS = 25_000;

export interface Messenger {
  self(signal?: AbortSignal): Promise<Self>;
  /** Waits for messages after `after`, at most 5 s. Those up to `confirmed` don't come again, not even after a restart. */
  poll(after: number, confirmed: number, signal: AbortSignal): Promise<Message[]>;
  send(chat: string, text: string, signal?: AbortSignal): Promise<{ id: number }>;
  /** Ends the link from this side. A device that is unlinked already is as good. */
  unlink(): Promise<void>;
}

/** @param token of a bot or of a linked device. Every method throws MessengerRefusal, or fetch's error. */
export function createMessenger(server: string, token: string): Messenger {
  const as = (init: RequestInit = {}): RequestInit => ({
    ...init,
    headers: { ...init.headers, authorization: `Bearer ${token}` },
  });
  return {
    self: async (signal) => selfSchema.parse(await ask(`${server}/api/me`, as(), ANSWER_MS, signal)),
    async poll(after, confirmed, signal) {
      const query = new URLSearchParams({
        after: String(after),
        confirmed: String(confirmed),
        timeoutMs: String(POLL_MS),
      });
      const answer = await ask(`${server}/api/messages?${query}`, as(), POLL_MS + POLL_GRACE_MS, signal);
      return z.object({ messages: z.array(messageSchema) }).parse(answer).messages;
    },
    async send(chat, text, signal) {
      const answer = await ask(`${server}/api/messages`, as(post({ chat, text })), ANSWER_MS, signal);
      return z.object({ id: z.number().int() }).parse(answer);
    },
    async unlink() {
      await ask(`${server}/api/unlink`, as(post({})), ANSWER_MS).catch((error: unknown) => {
        if (!(error instanceof MessengerRefusal && error.status === 401)) throw error;
      });
    },
  };
}

/** Asks the messenger for a code that links a device. @param account is shown on the phone */
export async function openLink(server: string, account: string, timeoutMs: number): Promise<Link> {
  return linkSchema.parse(await ask(`${server}/api/links`, post({ account }), timeoutMs));
}

/** The link once it differs from `known`, or as it is after `timeoutMs`. */
export async function watchLink(server: string, known: Link, timeoutMs: number): Promise<Link> {
  const query = new URLSearchParams({ url: known.url, timeoutMs: String(timeoutMs) });
  try {
    return linkSchema.parse(await ask(`${server}/api/links/${known.id}?${query}`, {}, timeoutMs + ANSWER_MS));
  } catch (error) {
    // A messenger that was started again has forgotten it.
    if (error instanceof MessengerRefusal && error.status === 404) return { ...known, status: "expired" };
    throw error;
  }
}

function post(body: object): RequestInit {
  return { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

async function ask(
  url: string,
  init: RequestInit,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<unknown> {
  const signals = [AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])];
  const response = await fetch(url, { ...init, signal: AbortSignal.any(signals) });
  const body: unknown = await response.json();
  if (response.ok) return body;
  const reason = z.object({ error: z.string() }).safeParse(body).data?.error;
  throw new MessengerRefusal(response.status, reason ?? response.statusText);
}

/** With its cause, in which fetch hides what went wrong. */
export function inWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? `: ${error.cause.message || error.cause.name}` : "";
  if (error.name === "TimeoutError") return "the messenger did not answer: timed out";
  return error.message + cause;
}
