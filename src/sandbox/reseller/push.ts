import type { SandboxLog } from '../backend.ts';
import type { Random } from '../random.ts';
import type { SubscriptionEvent } from './events.ts';
import { envelopeOf, MessageIds } from './push-message.ts';
import { type NotificationDelivery, planDelivery, retryDelayMs } from './push-settings.ts';

/** Totals since the start, except `waiting`. */
export interface NotificationCounters {
  /** Messages published while an endpoint was set, including lost ones. */
  readonly published: number;
  /** Pushes sent, including retries and duplicates. */
  readonly delivered: number;
  /** Messages that were acknowledged, without duplicates. */
  readonly acknowledged: number;
  /** Messages that were not sent because of the `loss` setting. */
  readonly lost: number;
  /** Messages dropped because too many were waiting or the endpoint was removed. */
  readonly dropped: number;
  /** Messages and duplicates that are delayed, due, being pushed or waiting for a retry. */
  readonly waiting: number;
}

export interface PushContext {
  readonly now: () => number;
  readonly random: Random;
  readonly log: SandboxLog;
}

/** A message or a duplicate to be delivered. */
interface Delivery {
  readonly messageId: string;
  readonly body: string;
  /** Delay of the duplicate after the first push; null when there is none. */
  readonly duplicateAfterMs: number | null;
  /** A duplicate is pushed once, even when it is not acknowledged. */
  readonly isDuplicate: boolean;
  attempts: number;
  timer: NodeJS.Timeout | undefined;
}

// Pub/Sub also accepts 102, but fetch does not expose interim responses.
const acknowledging = new Set([200, 201, 202, 204]);

/**
 * A Pub/Sub push subscription: POSTs every event to the endpoint with backoff until it is acknowledged
 * (200, 201, 202 or 204 within the deadline). All pushes of a message have the same message id. The
 * order is not guaranteed.
 */
export class PushDelivery {
  readonly #settings: NotificationDelivery;
  readonly #context: PushContext;
  readonly #ids = new MessageIds();
  #endpoint: string | null = null;
  /** All unfinished deliveries, oldest first. */
  readonly #pending = new Set<Delivery>();
  readonly #due = new Set<Delivery>();
  readonly #sending = new Map<Delivery, AbortController>();
  #warned = false;
  readonly #counters = { published: 0, delivered: 0, acknowledged: 0, lost: 0, dropped: 0 };

  constructor(settings: NotificationDelivery, context: PushContext) {
    this.#settings = settings;
    this.#context = context;
  }

  get endpoint(): string | null {
    return this.#endpoint;
  }

  get counters(): NotificationCounters {
    return { ...this.#counters, waiting: this.#pending.size };
  }

  /**
   * Sends waiting messages to the new endpoint. Null aborts pushes and drops waiting messages. Throws
   * TypeError when `url` is not an HTTP URL.
   */
  pushTo(url: string | null): void {
    if (url !== null && !/^https?:$/.test(new URL(url).protocol)) {
      throw new TypeError(`Cannot push to ${url}: not an HTTP URL`);
    }
    this.#endpoint = url;
    if (url !== null) return;
    for (const delivery of this.#pending) this.#drop(delivery);
  }

  /** Does nothing without an endpoint: a subscription receives only messages published after its creation. */
  publish(event: SubscriptionEvent): void {
    if (this.#endpoint === null) return;
    const { now, random } = this.#context;
    this.#counters.published += 1;
    const messageId = this.#ids.next(now());
    const { lost, delayMs, duplicateAfterMs } = planDelivery(random, this.#settings);
    if (lost) {
      this.#counters.lost += 1;
      return;
    }
    const body = JSON.stringify(envelopeOf(event, messageId, now()));
    this.#enqueue({ messageId, body, duplicateAfterMs }, false, delayMs);
  }

  #enqueue(
    message: Pick<Delivery, 'messageId' | 'body' | 'duplicateAfterMs'>,
    isDuplicate: boolean,
    waitMs: number,
  ): void {
    const delivery = { ...message, isDuplicate, attempts: 0, timer: undefined };
    this.#pending.add(delivery);
    this.#schedule(delivery, waitMs);
    while (this.#pending.size - this.#sending.size > this.#settings.maxWaiting) this.#dropOldest();
  }

  #schedule(delivery: Delivery, waitMs: number): void {
    const isDue = (): void => {
      this.#due.add(delivery);
      this.#sendDue();
    };
    if (waitMs === 0) isDue();
    else delivery.timer = setTimeout(isDue, waitMs).unref();
  }

  #sendDue(): void {
    for (const delivery of this.#due) {
      if (this.#endpoint === null || this.#sending.size >= this.#settings.concurrency) return;
      this.#due.delete(delivery);
      void this.#send(delivery, this.#endpoint);
    }
  }

  /** Never rejects. */
  async #send(delivery: Delivery, endpoint: string): Promise<void> {
    const stop = new AbortController();
    this.#sending.set(delivery, stop);
    this.#counters.delivered += 1;
    delivery.attempts += 1;
    if (delivery.attempts === 1 && delivery.duplicateAfterMs !== null) {
      this.#enqueue({ ...delivery, duplicateAfterMs: null }, true, delivery.duplicateAfterMs);
    }
    const deadline = setTimeout(() => stop.abort(), this.#settings.ackDeadlineMs).unref();
    const outcome = await this.#post(delivery.body, endpoint, stop.signal);
    clearTimeout(deadline);
    this.#sending.delete(delivery);
    // The delivery may have been dropped in the meantime.
    if (this.#pending.has(delivery)) this.#finish(delivery, outcome);
    this.#sendDue();
  }

  #finish(delivery: Delivery, outcome: number | string): void {
    const { messageId, attempts, isDuplicate } = delivery;
    const acknowledged = typeof outcome === 'number' && acknowledging.has(outcome);
    if (acknowledged && !isDuplicate) this.#counters.acknowledged += 1;
    if (acknowledged || isDuplicate) {
      this.#pending.delete(delivery);
      return;
    }
    const waitMs = retryDelayMs(messageId, attempts, this.#settings.backoffMs);
    const data = { messageId, attempts, outcome, waitMs };
    this.#context.log.debug(data, 'notification was not acknowledged, retrying');
    this.#schedule(delivery, waitMs);
  }

  /** The response status, or the reason why there is no response. */
  async #post(body: string, endpoint: string, signal: AbortSignal): Promise<number | string> {
    const { authorization } = this.#settings;
    const headers = {
      'content-type': 'application/json',
      ...(authorization === null ? {} : { authorization: `Bearer ${authorization}` }),
    };
    try {
      const request = { method: 'POST', headers, body, signal, redirect: 'manual' } as const;
      const response = await fetch(endpoint, request);
      // The connection is reused only after the body has been read.
      await response.arrayBuffer().catch(() => undefined);
      return response.status;
    } catch (error) {
      return error instanceof Error ? String(error.cause ?? error) : String(error);
    }
  }

  /** A message that is being pushed may still be acknowledged, so it is not dropped. */
  #dropOldest(): void {
    if (!this.#warned) {
      const { maxWaiting } = this.#settings;
      this.#warned = true;
      this.#context.log.warn(
        { maxWaiting },
        'too many notifications are waiting, dropping the oldest',
      );
    }
    for (const delivery of this.#pending) {
      if (this.#sending.has(delivery)) continue;
      this.#drop(delivery);
      return;
    }
  }

  #drop(delivery: Delivery): void {
    this.#pending.delete(delivery);
    this.#due.delete(delivery);
    clearTimeout(delivery.timer);
    this.#sending.get(delivery)?.abort();
    if (!delivery.isDuplicate) this.#counters.dropped += 1;
  }
}
