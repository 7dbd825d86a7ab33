import { type NotificationCounters, type PushContext, PushDelivery } from './push.ts';
import type { NotificationDelivery } from './push-settings.ts';
import type { ResellerStore } from './store.ts';

/**
 * Interval of the check for time-based changes. A test clock triggers no timers, and a check is one
 * comparison while no change is due.
 */
const checkIntervalMs = 100;

export interface NotificationContext extends PushContext {
  readonly store: ResellerStore;
  /** Aborts when the sandbox closes. */
  readonly closing: AbortSignal;
}

/** Pushes every change of the store to an endpoint, like Pub/Sub. */
export class Notifications {
  readonly #store: ResellerStore;
  readonly #closing: AbortSignal;
  readonly #push: PushDelivery;
  #timer: NodeJS.Timeout | undefined;

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
   * Pushes later changes, including time-based ones, to `url`; null stops pushing. Unacknowledged
   * messages are sent to the new URL, or dropped with null. Throws TypeError when `url` is not an
   * HTTP URL. Does nothing after the sandbox is closed.
   */
  pushTo(url: string | null): void {
    if (this.#closing.aborted) return;
    if (url === null) {
      this.#stop();
      return;
    }
    // A Pub/Sub subscription receives only messages published after its creation.
    this.#store.applyDueChanges();
    this.#push.pushTo(url);
    this.#timer ??= setInterval(() => this.#store.applyDueChanges(), checkIntervalMs).unref();
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#push.pushTo(null);
  }
}
