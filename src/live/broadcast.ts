import type { Chain, Feed, Sequenced } from './feed.ts';
import { Places, type Receiver, type Search } from './places.ts';

/** Makes what readers receive of an entry. `done` may be called at once; the result cancels it. */
export type Produce<T, R> = (entry: T, done: (result: R) => void) => () => void;

/** Whether an entry may still be delivered. */
export type IsVisible<T> = (entry: T) => Promise<boolean>;

/** An entry on its way to the readers of a broadcast. */
interface Delivery<T, R> {
  readonly entry: T;
  /** Null when the entry is skipped. */
  readonly result: R | null;
  readonly rest: Chain<T> | undefined;
}

/** Where a reader begins and ends. */
export interface Follower<T extends Sequenced> {
  /** The sequence to start after. */
  readonly seen: number;
  /** Whether the stream ends with this entry. */
  isLast(entry: T): boolean;
  /** Called once when the reader ends, for any reason. */
  release(): void;
}

/** What else happens when a reader ends. */
export interface Ending<R> {
  /** Called once, for any reason. */
  ended(): void;
  /** The last result when the feed has failed. Without it, the reader fails too. */
  failure?(error: unknown): R;
}

/**
 * Delivers the entries of a feed to readers that all receive the same of each. Nothing is queued for
 * slow readers: one that is not at the newest entry continues at its own position, and shares the
 * results of others again when it has caught up.
 */
export class Broadcast<T extends Sequenced, R> {
  readonly #feed: Feed<T>;
  readonly #produce: Produce<T, R>;
  readonly #isVisible: IsVisible<T> | undefined;
  readonly #places: Places<Delivery<T, R>, Chain<T>>;

  /** @param isVisible decides about each entry just before it is delivered, all are by default */
  constructor(feed: Feed<T>, produce: Produce<T, R>, isVisible?: IsVisible<T>) {
    this.#feed = feed;
    this.#produce = produce;
    this.#isVisible = isVisible;
    // What was visible may not be visible to a reader that comes later.
    this.#places = new Places((search, rest) => this.#search(search, rest), !isVisible);
  }

  pull(position: number, receiver: Receiver<Delivery<T, R>>, rest: Chain<T> | undefined): void {
    this.#places.pull(position, receiver, rest);
  }

  leave(position: number, receiver: Receiver<Delivery<T, R>>): void {
    this.#places.leave(position, receiver);
  }

  #search(search: Search<Delivery<T, R>>, known: Chain<T> | undefined): () => void {
    const { position } = search;
    let cancel = (): void => {};
    let isCancelled = false;
    const produce = (entry: T, rest: Chain<T> | undefined): void => {
      try {
        cancel = this.#produce(entry, (result) => search.found({ entry, result, rest }));
      } catch (error) {
        search.failed(error);
      }
    };
    const receive = ({ entry, rest }: Chain<T>): void => {
      cancel = () => {};
      if (!this.#isVisible) produce(entry, rest);
      else {
        this.#isVisible(entry).then(
          (isVisible) => {
            if (isCancelled) return;
            if (isVisible) produce(entry, rest);
            else search.found({ entry, result: null, rest });
          },
          (error: unknown) => isCancelled || search.failed(error),
        );
      }
    };
    if (known) receive(known);
    else {
      const receiver = { receive, end: (error: unknown) => search.failed(error) };
      cancel = () => this.#feed.leave(position, receiver);
      this.#feed.pull(position, receiver);
    }
    return () => {
      isCancelled = true;
      cancel();
    };
  }
}

/**
 * Every result of a broadcast after a position, once and in order, at the pace at which they are read:
 * through `pull` or through promises, not both.
 */
export class Reader<T extends Sequenced, R>
  implements Receiver<Delivery<T, R>>, AsyncIterableIterator<R, undefined>
{
  readonly #broadcast: Broadcast<T, R>;
  readonly #follower: Follower<T>;
  readonly #ending: Ending<R> | undefined;
  #position: number;
  /** Entries after the position that were read with an earlier one. */
  #rest: Chain<T> | undefined;
  #receiver: Receiver<R> | undefined;
  #isEnded = false;
  #turn: Promise<IteratorResult<R, undefined>> | undefined;

  constructor(broadcast: Broadcast<T, R>, follower: Follower<T>, ending?: Ending<R>) {
    this.#broadcast = broadcast;
    this.#follower = follower;
    this.#ending = ending;
    this.#position = follower.seen;
  }

  /** The sequence of the entry that was received last. */
  get position(): number {
    return this.#position;
  }

  /**
   * Requests the next result, which may arrive synchronously. Only one pull may be outstanding.
   * Creates no promise: there may be thousands of readers.
   */
  pull(receiver: Receiver<R>): void {
    if (this.#isEnded) receiver.end();
    else {
      this.#receiver = receiver;
      this.#broadcast.pull(this.#position, this, this.#rest);
    }
  }

  receive({ entry, result, rest }: Delivery<T, R>): void {
    this.#position = entry.sequence;
    this.#rest = rest;
    const receiver = this.#receiver;
    const isLast = this.#follower.isLast(entry);
    if (result === null) {
      if (isLast) this.end();
      else if (receiver) this.pull(receiver);
      return;
    }
    this.#receiver = undefined;
    if (isLast) this.end();
    receiver?.receive(result);
  }

  /** Ends the reader: at its end, when it leaves, or because the feed failed. */
  end(error?: unknown): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#broadcast.leave(this.#position, this);
    this.#rest = undefined;
    this.#follower.release();
    this.#ending?.ended();
    const receiver = this.#receiver;
    this.#receiver = undefined;
    const last = error === undefined ? undefined : this.#ending?.failure?.(error);
    if (last === undefined) receiver?.end(error);
    else receiver?.receive(last);
  }

  next(): Promise<IteratorResult<R, undefined>> {
    const next = (): Promise<IteratorResult<R, undefined>> =>
      new Promise((resolve, reject) => {
        this.pull({
          receive: (value) => resolve({ done: false, value }),
          end: (error) => (error === undefined ? resolve(DONE) : reject(error)),
        });
      });
    // Concurrent calls are answered in order.
    this.#turn = this.#turn ? this.#turn.then(next, next) : next();
    return this.#turn;
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    this.end();
    return DONE;
  }

  [Symbol.asyncIterator]() {
    return this;
  }
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };
