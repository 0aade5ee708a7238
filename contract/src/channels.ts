/** The three channel endpoints: `status`, `connect`, `disconnect`. */
import { z } from "zod";
import { roleSchema } from "./access.ts";
import { channelProblemSchema } from "./errors.ts";
import { channelIdSchema } from "./ids.ts";

/** ISO 8601 with zone, as every time in the API. */
const time = z.iso.datetime();

/** The closed set of states, the same for page, API, audit and alerts. */
export const channelStateSchema = z.enum([
  "not_connected",
  "connecting",
  "awaiting_scan",
  "connected",
  "reconnecting",
  "action_required",
  "disconnecting",
  "unknown",
]);
export type ChannelState = z.infer<typeof channelStateSchema>;

/** Who may write to the account. */
export const accessSchema = z.enum(["everyone", "approval"]);
export type Access = z.infer<typeof accessSchema>;

/** One input of the connect form, as the gateway's own schema describes it. */
export const connectFieldSchema = z.object({
  name: z.string(),
  label: z.string(),
  help: z.string().nullable(),
  /** An example of the expected form, shown in the empty input. */
  placeholder: z.string().nullable(),
  secret: z.boolean(),
  required: z.boolean(),
});
export type ConnectField = z.infer<typeof connectFieldSchema>;

export const connectMethodSchema = z.object({
  method: z.enum(["credentials", "qr"]),
  fields: z.array(connectFieldSchema),
  /** Where a person learns how to obtain the credential. */
  docsUrl: z.url().nullable(),
  /** A risk of this channel that a person accepts before connecting; null where there is none. */
  notice: z.string().nullable(),
  /** Whether people can be let in one by one; where not, `access` is `everyone`. */
  byApproval: z.boolean(),
  /** For `qr`: what to tap on the phone, a sentence each, in order. */
  scanSteps: z.array(z.string()),
});
export type ConnectMethod = z.infer<typeof connectMethodSchema>;

/** The account as the gateway reports it; null times mean “not yet”. */
export const accountStatusSchema = z.object({
  connected: z.boolean(),
  running: z.boolean(),
  configured: z.boolean(),
  lastConnectedAt: time.nullable(),
  lastInboundAt: time.nullable(),
  lastOutboundAt: time.nullable(),
  /** A sentence for people, in our words; never the gateway's own text, which may quote a credential. */
  lastError: z.string().nullable(),
});
export type AccountStatus = z.infer<typeof accountStatusSchema>;

/** A login by QR that is on offer: the code to draw, and until when it can be scanned. */
export const channelLoginSchema = z.object({
  /** A `data:image/…` URL. It changes when the messenger rotates the code. */
  qr: z.string().startsWith("data:image/"),
  expiresAt: time,
});
export type ChannelLogin = z.infer<typeof channelLoginSchema>;

export const channelStatusSchema = z.object({
  channel: channelIdSchema,
  label: z.string(),
  /** Null until something was connected. */
  accountId: z.string().nullable(),
  /** The account's name at the messenger; null until the messenger told it. */
  displayName: z.string().nullable(),
  access: accessSchema,
  /** People who wrote and wait to be let in; always 0 where everyone may write. */
  pendingSenders: z.number().int(),
  /** From when on the messenger refuses its credential, as whoever connected it said; null: not known, or never. */
  expiresAt: time.nullable(),
  state: channelStateSchema,
  /** When the present state began; null where nothing is connected. */
  since: time.nullable(),
  /** The last state known before `unknown`, with the time it was seen; null in every other state. */
  lastKnown: z.object({ state: channelStateSchema, observedAt: time }).nullable(),
  problem: channelProblemSchema.nullable(),
  /** Only in the state `awaiting_scan`. */
  login: channelLoginSchema.nullable(),
  status: accountStatusSchema,
  connect: connectMethodSchema,
});
export type ChannelStatus = z.infer<typeof channelStatusSchema>;

export const statusDocumentSchema = z.object({
  /** When the gateway was last seen; null if it never was. */
  observedAt: time.nullable(),
  gateway: z.object({ reachable: z.boolean() }),
  channels: z.array(channelStatusSchema),
});
export type StatusDocument = z.infer<typeof statusDocumentSchema>;

/** Bytes of UTF-8 that one credential field may have. */
export const MAX_CREDENTIAL_BYTES = 4096;

const credentialValue = z
  .string()
  .trim()
  .min(1, "must not be empty")
  .refine((value) => new TextEncoder().encode(value).length <= MAX_CREDENTIAL_BYTES, "must be at most 4 KB")
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this refuses
  .refine((value) => !/[\u0000-\u001f\u007f]/.test(value), "must not contain control characters");

/** `credential` is short for the channel's only required field; `credentials` names each. */
export const connectRequestSchema = z
  .strictObject({
    channel: channelIdSchema,
    credential: credentialValue.optional(),
    credentials: z.record(z.string().regex(/^[A-Za-z][A-Za-z0-9]{0,63}$/), credentialValue).optional(),
    /** Asks for a fresh QR code, whatever became of the last one. */
    force: z.boolean().optional(),
    /** Who may write to the account; left as it is (at first, everyone) when not given. */
    access: accessSchema.optional(),
    /** From when on the messenger refuses the credential, so that someone is warned before; null: not known, or never. */
    expiresAt: time.nullable().optional(),
    /** The channel's `notice` was read and accepted; needed where it has one. */
    noticeAccepted: z.literal(true).optional(),
  })
  .refine((body) => !(body.credential !== undefined && body.credentials !== undefined), {
    path: ["credentials"],
    message: "send either credential or credentials, not both",
  });
export type ConnectRequest = z.infer<typeof connectRequestSchema>;

export const connectResponseSchema = z.object({
  accountId: z.string(),
  channel: channelIdSchema,
  status: z.enum(["connected", "connecting", "awaiting_scan", "failed"]),
  displayName: z.string().nullable(),
  error: channelProblemSchema.nullable(),
  /** The code and its end, with `awaiting_scan`; else absent. */
  qr: channelLoginSchema.shape.qr.optional(),
  expiresAt: time.optional(),
});
export type ConnectResponse = z.infer<typeof connectResponseSchema>;

export const disconnectRequestSchema = z.strictObject({ channel: channelIdSchema });
export type DisconnectRequest = z.infer<typeof disconnectRequestSchema>;

export const disconnectResponseSchema = z.object({
  channel: channelIdSchema,
  status: z.literal("disconnected"),
});
export type DisconnectResponse = z.infer<typeof disconnectResponseSchema>;

/** The signed-in caller, as GET /api/v1/me answers it. */
export const meSchema = z.object({
  billingAccountId: z.string(),
  billingAccountName: z.string(),
  person: z.object({ email: z.string(), name: z.string() }).nullable(),
  /** What the person is in this tenant; null for a key. */
  role: roleSchema.nullable(),
});
export type Me = z.infer<typeof meSchema>;
