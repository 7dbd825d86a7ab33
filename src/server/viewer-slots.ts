import { GatewayError } from '../domain/error.ts';
import type { Change } from '../domain/telemetry.ts';

export interface ViewerSlotsOptions {
  /** The most slots of one viewer. */
  readonly limit: number;
  /** What takes a slot, in the plural, for messages. */
  readonly name: string;
  /** Called with 1 for a slot that is taken, and with -1 for one that is given back. */
  readonly onChange?: (change: Change) => void;
}

/** Bounds what one viewer does at the same time, over all of its connections. */
export class ViewerSlots {
  readonly #options: ViewerSlotsOptions;
  readonly #taken = new Map<string, number>();

  constructor(options: ViewerSlotsOptions) {
    this.#options = options;
  }

  /**
   * Takes a slot. The returned function gives it back, once.
   * @throws GatewayError RATE_LIMITED when the viewer has none left
   */
  take(subject: string): () => void {
    const { limit, name, onChange } = this.#options;
    const taken = this.#taken.get(subject) ?? 0;
    if (taken >= limit) {
      const message = `The limit of ${limit} ${name} at the same time is reached. End one before starting another.`;
      throw new GatewayError('RATE_LIMITED', message, { retryable: true });
    }
    this.#taken.set(subject, taken + 1);
    onChange?.(1);
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      onChange?.(-1);
      const left = (this.#taken.get(subject) ?? 1) - 1;
      if (left === 0) this.#taken.delete(subject);
      else this.#taken.set(subject, left);
    };
  }
}
