import { type Random, shareOf } from '../random.ts';

/** How notifications are delivered, and what goes wrong with them. */
export interface NotificationDelivery {
  /** Where they are pushed from the start; null: nowhere until `pushTo` says so. */
  readonly endpoint: string | null;
  /** The token that goes with every push as `authorization: Bearer <token>`; null: none. */
  readonly authorization: string | null;
  /** Share of messages that are delivered once more, acknowledged or not. */
  readonly duplicates: number;
  /** Share of messages that are held back, so that later ones overtake them. */
  readonly disorder: number;
  /** Share of messages that are never sent. */
  readonly loss: number;
  /** The longest that a message is held back, and that the one more delivery comes after the first. */
  readonly maxDelayMs: number;
  /** An answer that takes longer is none. */
  readonly ackDeadlineMs: number;
  /** Between two deliveries of a message that is not acknowledged. */
  readonly backoffMs: { readonly min: number; readonly max: number };
  /** Pushes at the same time. */
  readonly concurrency: number;
  /** Messages kept beside those that are being pushed; of more than these the oldest are dropped. */
  readonly maxWaiting: number;
}

/** Deadline and backoff are Pub/Sub's own defaults. */
export const defaultDelivery: NotificationDelivery = {
  endpoint: null,
  authorization: null,
  duplicates: 0,
  disorder: 0,
  loss: 0,
  maxDelayMs: 2000,
  ackDeadlineMs: 10_000,
  backoffMs: { min: 100, max: 60_000 },
  concurrency: 20,
  maxWaiting: 10_000,
};

/** What will happen to one message. */
export interface Fate {
  readonly lost: boolean;
  readonly holdMs: number;
  /** Null: it is delivered until it is acknowledged, and no more. */
  readonly repeatAfterMs: number | null;
}

/**
 * Decides about a message when it is published. It takes the same count of numbers for each, so that
 * one share does not change whom another one hits.
 */
export function fateOf(random: Random, settings: NotificationDelivery): Fate {
  const { loss, duplicates, disorder, maxDelayMs } = settings;
  const lost = random.chance(loss);
  const repeated = random.chance(duplicates);
  const repeatAfterMs = random.int(1, maxDelayMs);
  const late = random.chance(disorder);
  const holdMs = random.int(1, maxDelayMs);
  return { lost, holdMs: late ? holdMs : 0, repeatAfterMs: repeated ? repeatAfterMs : null };
}

/**
 * Milliseconds until a message goes out again whose delivery number `attempt` (from 1) failed. They
 * double from `min` up to `max`; the jitter depends on the message and the attempt alone.
 */
export function backoffOf(
  messageId: string,
  attempt: number,
  { min, max }: NotificationDelivery['backoffMs'],
): number {
  const ceiling = Math.min(max, min * 2 ** attempt);
  const jittered = ceiling * (0.5 + shareOf(`${messageId} attempt ${attempt}`) / 2);
  return Math.round(Math.max(min, jittered));
}
