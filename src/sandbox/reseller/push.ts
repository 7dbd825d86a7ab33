import type { SandboxLog } from '../backend.ts';
import type { Random } from '../random.ts';
import type { SubscriptionEvent } from './events.ts';
import { envelopeOf, MessageIds } from './push-message.ts';
import { backoffOf, fateOf, type NotificationDelivery } from './push-settings.ts';

/** Since the start, however often the endpoint changed; only `waiting` is of now. */
export interface NotificationCounters {
  /** Messages published while there was an endpoint, lost ones included. */
  readonly published: number;
  /** Pushes that began: first ones, repeated ones, duplicates. */
  readonly delivered: number;
  /** Messages that were acknowledged; a duplicate does not count again. */
  readonly acknowledged: number;
  /** Messages that were never sent, by configuration. */
  readonly lost: number;
  /** Messages given up: too many waited, or the endpoint was taken away. */
  readonly dropped: number;
  /** Messages and duplicates that are held back, due, being pushed or to be repeated. */
  readonly waiting: number;
}

export interface PushContext {
  readonly now: () => number;
  readonly random: Random;
  readonly log: SandboxLog;
}

/** A message on its way, or the duplicate of one. */
interface Delivery {
  readonly messageId: string;
  readonly body: string;
  /** When the duplicate follows the first push; null: none does. */
  readonly repeatAfterMs: number | null;
  /** A duplicate is pushed once, whatever is answered. */
  readonly isDuplicate: boolean;
  attempts: number;
  timer: NodeJS.Timeout | undefined;
}

// 102 acknowledges as well, but fetch keeps interim answers to itself.
const acknowledging = new Set([200, 201, 202, 204]);

/**
 * A Pub/Sub push subscription: POSTs every event to the endpoint until it is acknowledged (200, 201,
 * 202, 204 within the deadline), under the same message id, with backoff. Order is not kept.
 */
export class PushDelivery {
  readonly #settings: NotificationDelivery;
  readonly #context: PushContext;
  readonly #ids = new MessageIds();
  #endpoint: string | null = null;
  /** Everything that is not done, the oldest first: held back, due, being pushed, backing off. */
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
   * What waits goes to the new endpoint. Null ends the subscription: pushes are broken off, and what
   * waits is gone. Throws TypeError when `url` is not one of HTTP.
   */
  pushTo(url: string | null): void {
    if (url !== null && !/^https?:$/.test(new URL(url).protocol)) {
      throw new TypeError(`Cannot push to ${url}: not an HTTP URL`);
    }
    this.#endpoint = url;
    if (url !== null) return;
    for (const delivery of this.#pending) this.#drop(delivery);
  }

  /** Without an endpoint nothing is kept: a subscription gets what is published after it was made. */
  publish(event: SubscriptionEvent): void {
    if (this.#endpoint === null) return;
    const { now, random } = this.#context;
    this.#counters.published += 1;
    const messageId = this.#ids.next(now());
    const { lost, holdMs, repeatAfterMs } = fateOf(random, this.#settings);
    if (lost) {
      this.#counters.lost += 1;
      return;
    }
    const body = JSON.stringify(envelopeOf(event, messageId, now()));
    this.#keep({ messageId, body, repeatAfterMs }, false, holdMs);
  }

  #keep(
    message: Pick<Delivery, 'messageId' | 'body' | 'repeatAfterMs'>,
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
    if (delivery.attempts === 1 && delivery.repeatAfterMs !== null) {
      this.#keep({ ...delivery, repeatAfterMs: null }, true, delivery.repeatAfterMs);
    }
    const deadline = setTimeout(() => stop.abort(), this.#settings.ackDeadlineMs).unref();
    const outcome = await this.#post(delivery.body, endpoint, stop.signal);
    clearTimeout(deadline);
    this.#sending.delete(delivery);
    // It may have been dropped meanwhile.
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
    const waitMs = backoffOf(messageId, attempts, this.#settings.backoffMs);
    const data = { messageId, attempts, outcome, waitMs };
    this.#context.log.debug(data, 'a notification was not acknowledged');
    this.#schedule(delivery, waitMs);
  }

  /** The status of the answer, or why there is none. */
  async #post(body: string, endpoint: string, signal: AbortSignal): Promise<number | string> {
    const { authorization } = this.#settings;
    const headers = {
      'content-type': 'application/json',
      ...(authorization === null ? {} : { authorization: `Bearer ${authorization}` }),
    };
    try {
      const request = { method: 'POST', headers, body, signal, redirect: 'manual' } as const;
      const response = await fetch(endpoint, request);
      // Read to its end, so that the connection can be used again; the status has decided already.
      await response.arrayBuffer().catch(() => undefined);
      return response.status;
    } catch (error) {
      return error instanceof Error ? String(error.cause ?? error) : String(error);
    }
  }

  /** What is being pushed may still be acknowledged, so it is not the one to go. */
  #dropOldest(): void {
    if (!this.#warned) {
      const { maxWaiting } = this.#settings;
      this.#warned = true;
      this.#context.log.warn({ maxWaiting }, 'too many notifications wait: the oldest are dropped');
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
