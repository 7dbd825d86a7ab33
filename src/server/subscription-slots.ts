import { GatewayError } from '../domain/error.ts';
import { subscriptionsChanged } from '../domain/telemetry.ts';

/** Counts the subscriptions of each viewer, over WebSocket and SSE. */
export class SubscriptionSlots {
  readonly #limit: number;
  readonly #taken = new Map<string, number>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Takes a slot. The returned function gives it back, once.
   * @throws GatewayError RATE_LIMITED when the viewer has none left
   */
  take(subject: string): () => void {
    const taken = this.#taken.get(subject) ?? 0;
    if (taken >= this.#limit) {
      const message = `The limit of ${this.#limit} subscriptions at the same time is reached. End one before starting another.`;
      throw new GatewayError('RATE_LIMITED', message, { retryable: true });
    }
    this.#taken.set(subject, taken + 1);
    subscriptionsChanged.publish(1);
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      subscriptionsChanged.publish(-1);
      const left = (this.#taken.get(subject) ?? 1) - 1;
      if (left === 0) this.#taken.delete(subject);
      else this.#taken.set(subject, left);
    };
  }
}
