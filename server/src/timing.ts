/**
 * Every time-out, pause and back-off of the program, in milliseconds unless the name says otherwise. The defaults
 * follow from the design; the setting `TIMING` overrides single ones, which is for tests.
 */
import { z } from "zod";

const ms = (value: number) => z.number().positive().default(value);

const backoff = (firstMs: number, maxMs: number) =>
  z.strictObject({ firstMs: ms(firstMs), maxMs: ms(maxMs) }).prefault({});

export const timingSchema = z.strictObject({
  /** How long `connect` and `disconnect` wait for their outcome; answers are promised within 10 s. */
  wishWaitMs: ms(8_000),
  /** How long a looked-up key or session may be believed; with the request under way it outlives its end by less than 5 s. */
  principalCacheMs: ms(4_000),
  /** A connect link, and what was opened by it, end so long after it was made. */
  connectLinkMs: ms(30 * 60_000),
  /** Who writes to a gateway and watches it is decided by a lease, renewed at a third of its length. */
  leaseMs: ms(15_000),
  /** Whether the connection that hears of changes still lives is asked so often; its answer may take as long. */
  listenProbeMs: ms(5_000),
  /** Signing in other than by password. */
  signIn: z
    .strictObject({
      /** How long a wallet's message may be signed and sent. */
      challengeMs: ms(5 * 60_000),
      /** How long a person may be at the identity provider. */
      oidcMs: ms(10 * 60_000),
      /** One call to the identity provider. */
      oidcCallMs: ms(5_000),
      /** What the identity provider says of itself is read anew after so long. */
      oidcDiscoveryMs: ms(60 * 60_000),
    })
    .prefault({}),
  /** Mail that could not be sent is tried again so often, after a pause that grows from the first to the longest. */
  mail: z
    .strictObject({ attempts: z.number().int().positive().default(5), backoff: backoff(2_000, 60_000) })
    .prefault({}),
  /** Traces: spans are gathered, a batch of them is sent, and what is left at the end is sent, for so long each. */
  tracing: z.strictObject({ gatherMs: ms(2_000), exportMs: ms(5_000), flushMs: ms(3_000) }).prefault({}),
  /** Messages to endpoints of tenants. */
  webhooks: z
    .strictObject({
      /** Until the head of an endpoint's answer is there, and how much longer its body may take. */
      headMs: ms(10_000),
      bodyMs: ms(2_000),
      /** So long nobody else sends what a process has begun to send. Longer than a request may take. */
      claimMs: ms(45_000),
      /** At the end of a process requests under way may take so long; then they are broken off, and somebody else makes them. */
      drainMs: ms(5_000),
      /** Between two looks at what is due, unless something wakes. */
      pollMs: ms(1_000),
      /** Before each further try; less up to a fifth by chance. Together a little less than a day, also with the longest Retry-After. */
      retryMs: z
        .array(z.number().positive())
        .default([5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 21_600, 32_400].map((s) => s * 1_000)),
      /** An endpoint may ask to be left alone for so long. */
      maxRetryAfterMs: ms(15 * 60_000),
      /** An endpoint of which nothing but failures came for so long is paused. */
      pauseAfterMs: ms(3 * 24 * 60 * 60_000),
      /** Between two rounds of dropping what is older than the log is kept. */
      cleanMs: ms(10 * 60_000),
    })
    .prefault({}),
  /** Of the status as a stream of events. */
  stream: z
    .strictObject({
      /** Between two looks at what changes by time alone, such as a silence; all else is told by the database. */
      tickMs: ms(5_000),
      /** Between two signs of life; proxies close what is idle for a minute. */
      heartbeatMs: ms(15_000),
      /** A reader that takes nothing for so long is given up. */
      stalledMs: ms(30_000),
      /** Before a reader whose stream ended comes back; up to twice as much, so that not all come at once. */
      retryMs: ms(2_000),
    })
    .prefault({}),
  /** What the state bears of an account that comes and goes: see channels/steadiness.ts. */
  patience: z.strictObject({ blipMs: ms(5_000), steadyMs: ms(15_000) }).prefault({}),
  audit: z
    .strictObject({
      /** Between two looks at which chains have grown, to tell the log where they end. */
      headsMs: ms(60_000),
      /** Between two looks for rows whose time is over. */
      pruneMs: ms(60 * 60_000),
    })
    .prefault({}),
  /** What is told to people: see alerts/. */
  alerts: z
    .strictObject({
      /** Between two looks at what is wrong. */
      everyMs: ms(5_000),
      /** An account that was up is down for so long before its tenant is told, where it may come back by itself… */
      downMs: ms(90_000),
      /** …and where it waits for a person. */
      actionMs: ms(15_000),
      /** A login that nobody finished; whoever still sits before the page asks for another. */
      loginMs: ms(60_000),
      /** A gateway that does not answer. */
      gatewayMs: ms(30_000),
      /** All else that operators are told of. */
      operatorMs: ms(30_000),
      /** After a change of the gateway's config that makes its accounts reconnect, they have so long. */
      plannedMs: ms(120_000),
      /** What goes wrong for one tenant within this time goes into one mail. */
      gatherMs: ms(20_000),
      /** The same alert, come again, is mailed again after a pause that doubles with each mail of a day. */
      again: backoff(15 * 60_000, 12 * 60 * 60_000),
      mail: z
        .strictObject({
          /** Between two looks for mails that are due. */
          everyMs: ms(2_000),
          /** A mail that was begun and not ended is another process's after so long. */
          claimMs: ms(120_000),
          /** Before one that the mail server did not take is tried again. */
          retry: backoff(30_000, 15 * 60_000),
        })
        .prefault({}),
    })
    .prefault({}),
  /** The LLM endpoint. */
  llm: z
    .strictObject({
      /** What is known of a tenant is believed for so long; what changes it is told at once. */
      tenantMs: ms(5_000),
      /** Between two times that what was used is written. */
      settleMs: ms(250),
      /** A call waits for so long where a limit is reached and others that are under way may leave enough. */
      waitMs: ms(8_000),
      /** Places for calls under way are another process's after so long, unless they are renewed. */
      slotMs: ms(30_000),
      /** Until the upstream connects, until its answer begins, and between two parts of it. */
      connectMs: ms(5_000),
      headMs: ms(300_000),
      bodyMs: ms(300_000),
      /** After a caller has hung up, the rest is read for its usage for so long. */
      drainMs: ms(30_000),
    })
    .prefault({}),
  gateway: z
    .strictObject({
      /** One call. */
      callMs: ms(10_000),
      /** A config write takes 2 s with 100 accounts; 60 new agents in one took 54 s on a busy machine. */
      writeMs: ms(90_000),
      /** A connection on which nothing was heard for so long, although it was asked, is made anew. One that is only busy answers a look in between. */
      silentMs: ms(30_000),
      /** Between attempts to connect to it. Short: it is often about to be back, and a refused attempt costs nothing. */
      backoff: backoff(500, 2_000),
      /** The watcher's pause: at least this, and this many times its last poll's duration. */
      poll: z.strictObject({ pauseMs: ms(1_000), pauseFactor: ms(9) }).prefault({}),
      /** Between attempts to make it as we want it. */
      retryMs: ms(5_000),
      /** Between two looks whether it still is; reading its config takes it 0.1 s. */
      recheckMs: ms(60_000),
      /** Between two probes of a channel for its accounts' names, and how long one may take. */
      probe: z.strictObject({ minIntervalMs: ms(10_000), timeoutMs: ms(15_000) }).prefault({}),
      /** How long our plugin may take to come back after its config changed. */
      pluginWaitMs: ms(30_000),
    })
    .prefault({}),
  reconcile: z
    .strictObject({
      /** How long one run waits for an account it has just started. */
      outcomeWaitMs: ms(10_000),
      /** After a start that was refused, or came to nothing. */
      retryMs: ms(5_000),
      /** After a failure, for one account. */
      backoff: backoff(500, 30_000),
      /** A gateway is called unreachable only after this long: a blip is not an outage. */
      unreachableAfterMs: ms(3_000),
      /** Between two looks at who waits to be let in: this many times as long as the last one took, within these bounds. */
      senders: z.strictObject({ minMs: ms(1_000), maxMs: ms(2_000), factor: ms(9) }).prefault({}),
      /** A login by QR. */
      login: z
        .strictObject({
          /** How long a person has to scan; official channels forget a login after as long. */
          ttlMs: ms(180_000),
          /** One wait for the login's next step. */
          waitMs: ms(20_000),
          /** Before one that the gateway lost is begun anew. */
          retryMs: ms(1_000),
        })
        .prefault({}),
      /** At the end: what is under way at the gateway has so long to finish. One that reads its secrets anew answers nothing for 10 s. */
      finishMs: ms(3_000),
      /** Every account is compared with its wish this often, even if nothing woke anyone. */
      sweepMs: ms(30_000),
    })
    .prefault({}),
});
export type Timing = z.output<typeof timingSchema>;
