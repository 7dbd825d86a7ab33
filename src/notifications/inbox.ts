import { GatewayError } from '../domain/error.ts';
import type { Notification } from '../domain/notification.ts';
import type { NotificationStore } from '../store/notifications/notification-store.ts';

/** What one transaction takes in at most; one message goes in whatever its size. */
const MAX_BATCH = 200;
const MAX_BATCH_BYTES = 4_000_000;

interface Waiting {
  readonly notification: Notification;
  readonly bytes: number;
  kept(): void;
  failed(error: unknown): void;
}

/**
 * Keeps notifications. Whatever comes while a transaction is under way goes into the next one: the
 * vendor sends bursts, and a transaction of many takes little longer than one of one.
 */
export class Inbox {
  readonly #store: Pick<NotificationStore, 'append'>;
  readonly #waiting: Waiting[] = [];
  #emptying: Promise<void> | null = null;

  constructor(store: Pick<NotificationStore, 'append'>) {
    this.#store = store;
  }

  /**
   * Resolves when it is on disk, also when it was before.
   * @param bytes about how large it is
   */
  keep(notification: Notification, bytes: number): Promise<void> {
    return new Promise((kept, failed) => {
      this.#waiting.push({ notification, bytes, kept, failed });
      this.#emptying ??= this.#empty();
    });
  }

  /** Resolves when nothing is waiting. */
  async idle(): Promise<void> {
    await this.#emptying;
  }

  async #empty(): Promise<void> {
    while (this.#waiting.length > 0) await this.#append(this.#nextBatch());
    // In the same step as the last look: what came in between would wait for ever.
    this.#emptying = null;
  }

  #nextBatch(): Waiting[] {
    let bytes = 0;
    const isFull = (one: Waiting, n: number): boolean => {
      bytes += one.bytes;
      return n > 0 && (n >= MAX_BATCH || bytes > MAX_BATCH_BYTES);
    };
    const end = this.#waiting.findIndex(isFull);
    return this.#waiting.splice(0, end === -1 ? this.#waiting.length : end);
  }

  async #append(batch: readonly Waiting[]): Promise<void> {
    try {
      await this.#store.append(batch.map(({ notification }) => notification));
      for (const { kept } of batch) kept();
    } catch (error) {
      // One that the database cannot hold must not keep the others out.
      const isAway = error instanceof GatewayError && error.code === 'UNAVAILABLE';
      if (!isAway && batch.length > 1) for (const one of batch) await this.#append([one]);
      else for (const { failed } of batch) failed(error);
    }
  }
}
