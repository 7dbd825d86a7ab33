import { hashFraction, type Random } from '../random.ts';

/** Delivery of notifications and its faults. */
export interface NotificationDelivery {
  /** Push URL; null pushes nothing until `pushTo` is called. */
  readonly endpoint: string | null;
  /** Token sent as `authorization: Bearer <token>`; null sends none. */
  readonly authorization: string | null;
  /** Share of messages that are delivered twice, even when acknowledged. */
  readonly duplicates: number;
  /** Share of messages that are delayed, so that later ones overtake them. */
  readonly disorder: number;
  /** Share of messages that are never sent. */
  readonly loss: number;
  /** Maximum delay of a delayed message, and of a duplicate after the first push. */
  readonly maxDelayMs: number;
  /** A push without a response within this time is not acknowledged. */
  readonly ackDeadlineMs: number;
  /** Delay before an unacknowledged message is pushed again. */
  readonly backoffMs: { readonly min: number; readonly max: number };
  /** Maximum number of concurrent pushes. */
  readonly concurrency: number;
  /** Maximum number of waiting messages; the oldest are dropped first. */
  readonly maxWaiting: number;
}

/** Deadline and backoff are Pub/Sub's defaults. */
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

/** The faults of one message. */
export interface DeliveryPlan {
  readonly lost: boolean;
  readonly delayMs: number;
  /** Delay of the duplicate; null when the message has none. */
  readonly duplicateAfterMs: number | null;
}

/**
 * Chooses the faults of a published message. It always draws the same number of random values, so
 * that one share does not change which messages another share affects.
 */
export function planDelivery(random: Random, settings: NotificationDelivery): DeliveryPlan {
  const { loss, duplicates, disorder, maxDelayMs } = settings;
  const lost = random.chance(loss);
  const duplicated = random.chance(duplicates);
  const duplicateAfterMs = random.int(1, maxDelayMs);
  const late = random.chance(disorder);
  const delayMs = random.int(1, maxDelayMs);
  return {
    lost,
    delayMs: late ? delayMs : 0,
    duplicateAfterMs: duplicated ? duplicateAfterMs : null,
  };
}

/**
 * Milliseconds until a message is pushed again after push number `attempt` (from 1) failed. The delay
 * doubles from `min` up to `max`; its jitter depends only on the message and the attempt.
 */
export function retryDelayMs(
  messageId: string,
  attempt: number,
  { min, max }: NotificationDelivery['backoffMs'],
): number {
  const ceiling = Math.min(max, min * 2 ** attempt);
  const jittered = ceiling * (0.5 + hashFraction(`${messageId} attempt ${attempt}`) / 2);
  return Math.round(Math.max(min, jittered));
}
