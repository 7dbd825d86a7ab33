import { Places, type Receiver, type Search } from './places.ts';

/** Entries per read, unless the feed sets another number. */
const BATCH_SIZE = 100;

/** One entry of a feed. Sequences increase and are never reused. */
export interface Sequenced {
  readonly sequence: number;
}

/** Where the entries of a feed come from. */
export interface FeedSource<T extends Sequenced> {
  /** Names the feed: sources with the same name have the same entries. */
  readonly name: string;
  /** The key of the changes after which the feed may have new entries. */
  readonly key: string;
  /** The first entries after a sequence, oldest first; an empty list when there are none yet. */
  read(after: number, limit: number): Promise<readonly T[]>;
  /** Entries per read; fewer for a feed of large entries. */
  readonly batchSize?: number | undefined;
  /** Whether a batch was cut short, so that there may be more; by default one of `batchSize`. */
  isFull?(entries: readonly T[]): boolean;
  /**
   * The highest sequence of all entries, whether they match or not; lower ones must be visible by
   * then. Set this for a filter that few entries match: they are then not looked at again.
   */
  lastSequence?: (() => Promise<number>) | undefined;
}

/** An entry, and those that were read with it. */
export interface Chain<T> {
  readonly entry: T;
  readonly rest: Chain<T> | undefined;
}

/** Reads a source after the positions of its readers, once for all readers at a position. */
export class Feed<T extends Sequenced> {
  readonly #source: FeedSource<T>;
  readonly #places = new Places<Chain<T>>((search) => this.#search(search));
  readonly #reads = new Set<Read<T>>();
  /** No entry follows this sequence, unless something has changed since. */
  #end = Number.POSITIVE_INFINITY;
  /** Reads have covered the entries up to this sequence. */
  #covered = 0;

  constructor(source: FeedSource<T>) {
    this.#source = source;
  }

  /** Requests the entries after a position. */
  pull(position: number, receiver: Receiver<Chain<T>>): void {
    this.#places.pull(position, receiver);
  }

  leave(position: number, receiver: Receiver<Chain<T>>): void {
    this.#places.leave(position, receiver);
  }

  /** Call this with the sequence of an entry that exists: the wake-up for it may have been lost. */
  expect(sequence: number): void {
    if (sequence > this.#covered) this.wake();
  }

  /** Call this when there may be new entries. */
  wake(): void {
    this.#end = Number.POSITIVE_INFINITY;
    for (const read of this.#reads) {
      if (read.isRunning) read.isStale = true;
      else this.#run(read);
    }
  }

  #search(search: Search<Chain<T>>): () => void {
    const read = { search, after: search.position, isRunning: false, isStale: false };
    this.#reads.add(read);
    if (search.position < this.#end) this.#run(read);
    return () => this.#reads.delete(read);
  }

  #run(read: Read<T>): void {
    read.isRunning = true;
    read.isStale = false;
    this.#readAfter(read).catch((error: unknown) => {
      if (this.#reads.delete(read)) read.search.failed(error);
    });
  }

  /** A change during the read is not missed: the read is then repeated. */
  async #readAfter(read: Read<T>): Promise<void> {
    const { batchSize = BATCH_SIZE, ...source } = this.#source;
    const last = await source.lastSequence?.();
    const entries = await source.read(read.after, batchSize);
    if (!this.#reads.has(read)) return;
    read.isRunning = false;
    const newest = entries.at(-1)?.sequence;
    const isFull = entries.length === batchSize || (source.isFull?.(entries) ?? false);
    if (!isFull) {
      const covered = newest ?? read.after;
      this.#covered = Math.max(this.#covered, covered, last ?? 0);
      if (!read.isStale) this.#end = Math.min(this.#end, covered);
    }
    const chain = chainOf(entries);
    if (chain) {
      this.#reads.delete(read);
      read.search.found(chain);
    } else {
      read.after = Math.max(read.after, last ?? 0);
      if (read.isStale) this.#run(read);
    }
  }
}

/** A read that has found nothing yet. It runs again after the next change. */
interface Read<T> {
  readonly search: Search<Chain<T>>;
  /** No entry matches up to this sequence. */
  after: number;
  isRunning: boolean;
  /** Whether something has changed since it began. */
  isStale: boolean;
}

function chainOf<T>(entries: readonly T[]): Chain<T> | undefined {
  return entries.reduceRight<Chain<T> | undefined>((rest, entry) => ({ entry, rest }), undefined);
}
