import { GatewayError } from '../domain/error.ts';
import type { Notification } from '../domain/notification.ts';
import type { NotificationStore } from '../store/notifications/notification-store.ts';

/** Limits of one transaction. A single message is stored whatever its size. */
const MAX_BATCH = 200;
const MAX_BATCH_BYTES = 4_000_000;

interface Waiting {
  readonly notification: Notification;
  readonly bytes: number;
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Stores notifications in groups: what arrives during one transaction goes into the next. The vendor
 * sends bursts, and a transaction with many rows takes little longer than one with a single row.
 */
export class Inbox {
  readonly #store: Pick<NotificationStore, 'append'>;
  readonly #waiting: Waiting[] = [];
  #draining: Promise<void> | null = null;

  constructor(store: Pick<NotificationStore, 'append'>) {
    this.#store = store;
  }

  /**
   * Resolves when the notification is on disk, whether it is new or not.
   * @param bytes its approximate size
   */
  add(notification: Notification, bytes: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ notification, bytes, resolve, reject });
      this.#draining ??= this.#drain();
    });
  }

  /** Resolves when nothing is waiting. */
  async idle(): Promise<void> {
    await this.#draining;
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) await this.#append(this.#nextBatch());
    // Synchronous with the last check: nothing can be added in between and be forgotten.
    this.#draining = null;
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
      for (const { resolve } of batch) resolve();
    } catch (error) {
      // One notification that cannot be stored must not fail the rest of its batch.
      const isOutage = error instanceof GatewayError && error.code === 'UNAVAILABLE';
      if (!isOutage && batch.length > 1) for (const one of batch) await this.#append([one]);
      else for (const { reject } of batch) reject(error);
    }
  }
}
