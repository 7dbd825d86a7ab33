/** Receives the outcome of a pull: exactly one of the two methods is called, once. */
export interface Receiver<V> {
  receive(value: V): void;
  /** Nothing more follows; `error` is set when the source failed. */
  end(error?: unknown): void;
}

/**
 * Milliseconds for which a found value is shared with readers that come later. The same position may
 * be read again after that, when backend data has changed.
 */
const SHARED_MS = 250;

/** What is looked for after one position. Exactly one of the two methods is called, once. */
export interface Search<V> {
  readonly position: number;
  found(value: V): void;
  failed(error: unknown): void;
}

/** Starts a search, which may end synchronously. The returned function cancels it. */
export type StartSearch<V, H> = (search: Search<V>, hint: H | undefined) => () => void;

/**
 * Finds what follows a position, once for all readers that wait there at the same time or come
 * shortly afterwards.
 */
export class Places<V, H = never> {
  readonly #start: StartSearch<V, H>;
  readonly #isKept: boolean;
  readonly #places = new Map<number, Place<V>>();

  /** @param isKept whether readers that come later share what was found */
  constructor(start: StartSearch<V, H>, isKept = true) {
    this.#start = start;
    this.#isKept = isKept;
  }

  /**
   * Requests what follows a position, which may arrive synchronously.
   * @param hint what the reader knows of it already
   */
  pull(position: number, receiver: Receiver<V>, hint?: H): void {
    const place = this.#places.get(position) ?? this.#open(position, hint);
    if (place.outcome) place.outcome(receiver);
    else place.waiting.add(receiver);
  }

  /** Ends a wait without calling the receiver. A search ends with its last receiver. */
  leave(position: number, receiver: Receiver<V>): void {
    const place = this.#places.get(position);
    if (!place?.waiting.delete(receiver) || place.waiting.size > 0) return;
    this.#places.delete(position);
    place.cancel();
  }

  #open(position: number, hint: H | undefined): Place<V> {
    const place: Place<V> = { outcome: undefined, waiting: new Set(), cancel: () => {} };
    this.#places.set(position, place);
    const settle = (outcome: Outcome<V>, isKept: boolean): void => {
      place.outcome = outcome;
      const forget = (): void => this.#forget(position, place);
      if (isKept) setTimeout(forget, SHARED_MS).unref();
      else forget();
      const { waiting } = place;
      place.waiting = new Set();
      for (const receiver of waiting) outcome(receiver);
    };
    const search: Search<V> = {
      position,
      found: (value) => settle((receiver) => receiver.receive(value), this.#isKept),
      failed: (error) => settle((receiver) => receiver.end(error), false),
    };
    place.cancel = this.#start(search, hint);
    return place;
  }

  #forget(position: number, place: Place<V>): void {
    if (this.#places.get(position) === place) this.#places.delete(position);
  }
}

type Outcome<V> = (receiver: Receiver<V>) => void;

interface Place<V> {
  /** Passes the outcome to a receiver; undefined during the search. */
  outcome: Outcome<V> | undefined;
  waiting: Set<Receiver<V>>;
  cancel: () => void;
}
