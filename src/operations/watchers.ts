import type { Logger } from '../log.ts';
import type { Store } from '../store/store.ts';
import type { Pollers } from './poller.ts';

/** How often other instances are told what is watched here, in milliseconds. */
const TOLD_EVERY = 5_000;
/** How long what they tell is good for. */
const GOOD_FOR = 2.5 * TOLD_EVERY;

export interface InterestDeps {
  readonly store: Pick<Store, 'tellWatched' | 'onWatched'>;
  readonly pollers: Pick<Pollers, 'hold' | 'isKept'>;
  readonly log: Logger;
}

/**
 * Has an operation polled at a watcher's pace, wherever it is watched: who watches it on one instance
 * and who polls it on another need not meet.
 */
export class Interest {
  readonly #deps: InterestDeps;
  /** How many watch each operation here. */
  readonly #watched = new Map<string, number>();
  /** What ends each hold that another instance asked for. */
  readonly #elsewhere = new Map<string, { timer: NodeJS.Timeout; release: () => void }>();
  readonly #timer: NodeJS.Timeout;
  readonly #deafen: () => void;

  constructor(deps: InterestDeps) {
    this.#deps = deps;
    this.#deafen = deps.store.onWatched((id) => id !== null && this.#hear(id));
    this.#timer = setInterval(() => this.#tell([...this.#watched.keys()]), TOLD_EVERY).unref();
  }

  /** Says that somebody watches here. Gives the way to say that it is over; once is enough. */
  begin(operationId: string): () => void {
    const release = this.#deps.pollers.hold(operationId);
    const watching = this.#watched.get(operationId) ?? 0;
    this.#watched.set(operationId, watching + 1);
    if (watching === 0) this.#tell([operationId]);
    return () => {
      release();
      const left = (this.#watched.get(operationId) ?? 1) - 1;
      if (left > 0) this.#watched.set(operationId, left);
      else this.#watched.delete(operationId);
    };
  }

  close(): void {
    this.#deafen();
    clearInterval(this.#timer);
    for (const { timer } of this.#elsewhere.values()) clearTimeout(timer);
  }

  #tell(ids: readonly string[]): void {
    const polledElsewhere = ids.filter((id) => !this.#deps.pollers.isKept(id));
    if (polledElsewhere.length === 0) return;
    // In vain, it is polled at the pace of one that nobody watches, until the next time.
    this.#deps.store
      .tellWatched(polledElsewhere)
      .catch((err: unknown) => this.#deps.log.debug({ err }, 'others were not told'));
  }

  #hear(id: string): void {
    if (!this.#deps.pollers.isKept(id)) return;
    const known = this.#elsewhere.get(id);
    clearTimeout(known?.timer);
    const release = known?.release ?? this.#deps.pollers.hold(id);
    const over = (): void => {
      this.#elsewhere.delete(id);
      release();
    };
    this.#elsewhere.set(id, { timer: setTimeout(over, GOOD_FOR).unref(), release });
  }
}
