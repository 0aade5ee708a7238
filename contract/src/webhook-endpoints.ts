/**
 * A tenant's webhook endpoints, and the log of what was sent to them: `GET|POST /api/v1/webhooks`, `POST /api/v1/webhooks/{change,
 * delete,rotate-secret,pause,resume,test,redeliver}`, `GET /api/v1/webhooks/{deliveries,delivery}`. What is sent: webhooks.ts.
 */
import { z } from "zod";
import { channelIdSchema } from "./ids.ts";
import { webhookEventTypeSchema, webhookMessageTypeSchema } from "./webhooks.ts";

const time = z.iso.datetime();

/** How many a tenant may have. */
export const MAX_WEBHOOK_ENDPOINTS = 20;
/** How long the secret before may sign beside its successor, in seconds. */
export const MAX_SECRET_OVERLAP_SECONDS = 7 * 24 * 60 * 60;

/** Why an attempt came to nothing, in words for whoever runs the endpoint. */
export const WEBHOOK_FAILURES = {
  name_not_found: "The name servers know no address for this name.",
  address_refused: "The name leads to an address that is not of the public internet. Nothing was sent.",
  connection_failed: "Nobody took the connection at this address and port.",
  tls_failed: "The connection could not be secured: the certificate is wrong, expired, or of another name.",
  connection_lost: "The endpoint closed the connection before it had answered.",
  timed_out: "The endpoint did not answer in time.",
  interrupted: "We broke off before the answer was there. It may have arrived, and is sent once more.",
  answer_invalid: "What came back was no answer in HTTP, or its head was too long.",
  redirected: "The endpoint led elsewhere. Redirects are not followed: enter the address that it leads to.",
  gone: "The endpoint answered 410: it is gone. It was paused.",
  refused: "The endpoint answered with an error.",
  secret_unreadable: "The endpoint's secret can't be opened, so nothing could be signed. Nothing was sent.",
} as const;
export type WebhookFailure = keyof typeof WEBHOOK_FAILURES;
export const webhookFailureSchema = z.enum(
  Object.keys(WEBHOOK_FAILURES) as [WebhookFailure, ...WebhookFailure[]],
);

/** What about an address is refused besides is for the server to say. */
const urlSchema = z.string().min(1).max(2_048);
const descriptionSchema = z
  .string()
  .trim()
  .max(200)
  .refine((text) => !/\p{C}/u.test(text), "must not contain control characters");
const eventTypesSchema = z
  .array(webhookEventTypeSchema)
  .min(1, "must name at least one type")
  .transform((types) => [...new Set(types)]);

export const webhookEndpointSchema = z.object({
  id: z.uuid(),
  url: z.string(),
  description: z.string(),
  eventTypes: z.array(webhookEventTypeSchema),
  /** Null: it is sent to. What happens meanwhile waits for it. */
  paused: z
    .object({
      at: time,
      /** A member or key wished it, it answered that it is gone, it failed for too long, or its secret had to be replaced. */
      because: z.enum(["wished", "gone", "failing", "secret_lost"]),
    })
    .nullable(),
  lastSuccessAt: time.nullable(),
  lastFailureAt: time.nullable(),
  /** Since when nothing but failures came of it; null: all is well, or nothing was sent. */
  failingSince: time.nullable(),
  /** How many messages wait for it. */
  waiting: z.int(),
  /** Until when the secret before signs, too; null: there is none. */
  previousSecretUntil: time.nullable(),
  createdAt: time,
  /** A member or a key, by its name, which is null once it is gone. */
  createdBy: z.object({ kind: z.enum(["person", "key"]), name: z.string().nullable() }),
});
export type WebhookEndpoint = z.infer<typeof webhookEndpointSchema>;

/** The oldest first. */
export const webhookEndpointsSchema = z.object({ endpoints: z.array(webhookEndpointSchema) });
export type WebhookEndpoints = z.infer<typeof webhookEndpointsSchema>;

export const createWebhookRequestSchema = z.strictObject({
  url: urlSchema,
  description: descriptionSchema.default(""),
  eventTypes: eventTypesSchema,
});
export type CreateWebhookRequest = z.output<typeof createWebhookRequestSchema>;

/** The secret is told this once. */
export const webhookWithSecretSchema = z.object({ secret: z.string(), ...webhookEndpointSchema.shape });
export type WebhookWithSecret = z.infer<typeof webhookWithSecretSchema>;

/** What is left out stays as it is. */
export const changeWebhookRequestSchema = z.strictObject({
  id: z.uuid(),
  url: urlSchema.optional(),
  description: descriptionSchema.optional(),
  eventTypes: eventTypesSchema.optional(),
});
export type ChangeWebhookRequest = z.output<typeof changeWebhookRequestSchema>;

export const webhookRequestSchema = z.strictObject({ id: z.uuid() });
export type WebhookRequest = z.infer<typeof webhookRequestSchema>;
export const deletedWebhookSchema = z.object({ id: z.uuid(), status: z.literal("deleted") });
export type DeletedWebhook = z.infer<typeof deletedWebhookSchema>;

export const rotateWebhookRequestSchema = z.strictObject({
  id: z.uuid(),
  /** How long the present secret signs beside the new one. */
  overlapSeconds: z.int().min(0).max(MAX_SECRET_OVERLAP_SECONDS).default(86_400),
});
export type RotateWebhookRequest = z.output<typeof rotateWebhookRequestSchema>;

/** Waits to be sent, or to be sent again; is under way; arrived; was given up. */
export const webhookDeliveryStateSchema = z.enum(["waiting", "sending", "delivered", "failed"]);
export type WebhookDeliveryState = z.infer<typeof webhookDeliveryStateSchema>;

export const webhookDeliverySchema = z.object({
  id: z.uuid(),
  endpointId: z.uuid(),
  /** The header `webhook-id`: the same at every endpoint, and whenever it is sent again. */
  eventId: z.uuid(),
  type: webhookMessageTypeSchema,
  channel: channelIdSchema.nullable(),
  state: webhookDeliveryStateSchema,
  createdAt: time,
  /** When it is tried next; null unless it waits, and while it waits for one before it or for the end of a pause. */
  nextAttemptAt: time.nullable(),
  attempts: z.int(),
  /** Of the last attempt; null before the first. */
  lastAttempt: z
    .object({
      at: time,
      tookMs: z.int(),
      /** Null: no answer came. */
      status: z.int().nullable(),
      /** Null for a success. */
      failure: webhookFailureSchema.nullable(),
    })
    .nullable(),
});
export type WebhookDelivery = z.infer<typeof webhookDeliverySchema>;

export const webhookDeliveriesQuerySchema = z.strictObject({
  endpoint: z.uuid().optional(),
  state: webhookDeliveryStateSchema.optional(),
  type: webhookMessageTypeSchema.optional(),
  /** `next` of the page before. */
  after: z
    .string()
    .regex(/^\d{1,18}$/)
    .optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export type WebhookDeliveriesQuery = z.output<typeof webhookDeliveriesQuerySchema>;

/** The newest first. */
export const webhookDeliveriesSchema = z.object({
  deliveries: z.array(webhookDeliverySchema),
  /** For `after`; null on the last page. */
  next: z.string().nullable(),
});
export type WebhookDeliveries = z.infer<typeof webhookDeliveriesSchema>;

export const webhookAttemptSchema = z.object({
  at: time,
  tookMs: z.int(),
  status: z.int().nullable(),
  failure: webhookFailureSchema.nullable(),
  /** The failure in a sentence. */
  reason: z.string().nullable(),
  /** Without the signature. */
  requestHeaders: z.record(z.string(), z.string()),
  /** Some of the answer's, and the first kilobyte of its body. */
  responseHeaders: z.record(z.string(), z.string()),
  responseBody: z.string(),
});
export type WebhookAttempt = z.infer<typeof webhookAttemptSchema>;

export const webhookDeliveryDetailSchema = z.object({
  ...webhookDeliverySchema.shape,
  url: z.string(),
  /** To the byte what was sent. */
  body: z.string(),
  /** The latest first; those of the last rounds, at most `MAX_ATTEMPTS_TOLD`. */
  attemptLog: z.array(webhookAttemptSchema),
});
export type WebhookDeliveryDetail = z.infer<typeof webhookDeliveryDetailSchema>;
export const MAX_ATTEMPTS_TOLD = 50;

export const webhookDeliveryQuerySchema = z.strictObject({ id: z.uuid() });

/** A delivery that was asked for: by a test, or by sending one again. */
export const askedDeliverySchema = z.object({ deliveryId: z.uuid() });
export type AskedDelivery = z.infer<typeof askedDeliverySchema>;
