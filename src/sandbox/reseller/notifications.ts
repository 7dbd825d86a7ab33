import { type NotificationCounters, type PushContext, PushDelivery } from './push.ts';
import type { NotificationDelivery } from './push-settings.ts';
import type { ResellerStore } from './store.ts';

/**
 * How often time-based changes are looked for. A clock that is moved by hand sets off no timer, and
 * any change may bring the next date nearer; looking costs one comparison while nothing is due.
 */
const settleEveryMs = 100;

export interface NotificationContext extends PushContext {
  readonly store: ResellerStore;
  /** Aborts when the sandbox closes: ends everything. */
  readonly closing: AbortSignal;
}

/** Pushes every change of the store to the endpoint that is set, as Pub/Sub would. */
export class Notifications {
  readonly #store: ResellerStore;
  readonly #closing: AbortSignal;
  readonly #push: PushDelivery;
  #settling: NodeJS.Timeout | undefined;

  /** Throws TypeError when the endpoint of `settings` is not an HTTP URL. */
  constructor(settings: NotificationDelivery, context: NotificationContext) {
    const { store, closing } = context;
    this.#store = store;
    this.#closing = closing;
    this.#push = new PushDelivery(settings, context);
    const stopListening = store.onChange((event) => this.#push.publish(event));
    this.pushTo(settings.endpoint);
    closing.addEventListener('abort', () => {
      stopListening();
      this.#stop();
    });
  }

  get endpoint(): string | null {
    return this.#push.endpoint;
  }

  get counters(): NotificationCounters {
    return this.#push.counters;
  }

  /**
   * Pushes what happens from now on to `url`, also what time alone brings; null: nowhere. What waits
   * for an acknowledgement goes to the new URL, or is gone with null. Throws TypeError when `url` is
   * not one of HTTP. Does nothing once the sandbox is closed.
   */
  pushTo(url: string | null): void {
    if (this.#closing.aborted) return;
    if (url === null) {
      this.#stop();
      return;
    }
    // What was due before there was a subscription is none of its messages.
    this.#store.settle();
    this.#push.pushTo(url);
    this.#settling ??= setInterval(() => this.#store.settle(), settleEveryMs).unref();
  }

  #stop(): void {
    clearInterval(this.#settling);
    this.#settling = undefined;
    this.#push.pushTo(null);
  }
}
