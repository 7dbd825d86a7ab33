import type { Logger } from '../log.ts';
import type { Store } from '../store/store.ts';
import type { Pollers } from './pollers.ts';

/** Milliseconds between announcements of the operations that are watched here. */
const ANNOUNCE_INTERVAL = 5_000;
/** Milliseconds for which an announcement of another instance is valid. */
const VALID_FOR = 2.5 * ANNOUNCE_INTERVAL;

export interface WatchersDeps {
  readonly store: Pick<Store, 'announceWatched' | 'onWatched'>;
  readonly pollers: Pick<Pollers, 'setWatched' | 'has'>;
  readonly log: Logger;
}

/** Polls an operation at the pace of its watchers, also when they are on other instances. */
export class Watchers {
  readonly #deps: WatchersDeps;
  /** Number of local watchers per operation. */
  readonly #local = new Map<string, number>();
  /** Operations watched on other instances, until the announcement expires. */
  readonly #remote = new Map<string, NodeJS.Timeout>();
  readonly #timer: NodeJS.Timeout;
  readonly #unsubscribe: () => void;

  constructor(deps: WatchersDeps) {
    this.#deps = deps;
    this.#unsubscribe = deps.store.onWatched((id) => id !== null && this.#receive(id));
    this.#timer = setInterval(() => this.#announce([...this.#local.keys()]), ANNOUNCE_INTERVAL);
    this.#timer.unref();
  }

  /** Adds a local watcher. The returned function removes it; further calls do nothing. */
  add(operationId: string): () => void {
    const count = this.#local.get(operationId) ?? 0;
    this.#local.set(operationId, count + 1);
    this.#update(operationId);
    if (count === 0) this.#announce([operationId]);
    let isAdded = true;
    return () => {
      if (isAdded) this.#remove(operationId);
      isAdded = false;
    };
  }

  close(): void {
    this.#unsubscribe();
    clearInterval(this.#timer);
    for (const timer of this.#remote.values()) clearTimeout(timer);
  }

  #remove(operationId: string): void {
    const left = (this.#local.get(operationId) ?? 1) - 1;
    if (left > 0) this.#local.set(operationId, left);
    else this.#local.delete(operationId);
    this.#update(operationId);
  }

  #update(id: string): void {
    this.#deps.pollers.setWatched(id, this.#local.has(id) || this.#remote.has(id));
  }

  #announce(ids: readonly string[]): void {
    const polledElsewhere = ids.filter((id) => !this.#deps.pollers.has(id));
    if (polledElsewhere.length === 0) return;
    // After a failure, the operations are polled slowly until the next announcement.
    this.#deps.store
      .announceWatched(polledElsewhere)
      .catch((err: unknown) => this.#deps.log.debug({ err }, 'watched operations not announced'));
  }

  #receive(id: string): void {
    if (!this.#deps.pollers.has(id)) return;
    clearTimeout(this.#remote.get(id));
    const expire = (): void => {
      this.#remote.delete(id);
      this.#update(id);
    };
    this.#remote.set(id, setTimeout(expire, VALID_FOR).unref());
    this.#update(id);
  }
}
