import { abortable } from '../../../domain/call-scope.ts';
import type { CancelSignal } from '../../../domain/cancellation.ts';

interface Waiting {
  readonly cost: number;
  admit(): void;
}

interface Client {
  running: number;
  readonly waiting: Waiting[];
}

/**
 * Bounds the cost of the requests that run at the same time for one client, because their results
 * are in memory together. Further requests wait.
 */
export class WorkGate {
  readonly #limit: number;
  readonly #clients = new Map<string, Client>();

  /** @param limit the cost that may run for one client; a single request may exceed it */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Returns a function that ends the request; a promise of it when the request has to wait. Rejects
   * with the signal's reason when it aborts first.
   */
  enter(name: string, cost: number, signal: CancelSignal): (() => void) | Promise<() => void> {
    const client = this.#clients.get(name) ?? { running: 0, waiting: [] };
    this.#clients.set(name, client);
    const leave = (): void => {
      client.running -= cost;
      this.#admitNext(name, client);
    };
    if (!this.#fits(client, cost)) return this.#admission(client, cost, signal).then(() => leave);
    client.running += cost;
    return leave;
  }

  #fits({ running }: Client, cost: number): boolean {
    return running === 0 || running + cost <= this.#limit;
  }

  async #admission(client: Client, cost: number, signal: CancelSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiting: Waiting = { cost, admit: resolve };
    client.waiting.push(waiting);
    try {
      await abortable(promise, signal);
    } catch (error) {
      const index = client.waiting.indexOf(waiting);
      // Admitted and aborted in the same turn: the admission is returned.
      if (index === -1) client.running -= cost;
      else client.waiting.splice(index, 1);
      throw error;
    }
  }

  /** Admits every request that fits, so that small ones do not wait behind a large one. */
  #admitNext(name: string, client: Client): void {
    for (const waiting of [...client.waiting]) {
      if (!this.#fits(client, waiting.cost)) continue;
      client.waiting.splice(client.waiting.indexOf(waiting), 1);
      client.running += waiting.cost;
      waiting.admit();
    }
    if (client.running === 0 && client.waiting.length === 0) this.#clients.delete(name);
  }
}
