/** What becomes of a pull: one of the two is called, once. */
export interface Receiver<T> {
  take(entry: T): void;
  /** Nothing more comes; `error` says why, when that was not to be. */
  end(error?: unknown): void;
}

/** A source that is asked for one entry after the other, without a promise for each. */
export interface Pullable<T> {
  /** Asks for the next entry, which may come at once. Not to be called before the last one came. */
  pull(receiver: Receiver<T>): void;
}

/** Any source of entries, so that it can be pulled. */
export function pullable<T>(source: AsyncIterator<T> | (AsyncIterator<T> & Pullable<T>)) {
  return 'pull' in source ? source : { pull: (to: Receiver<T>) => void pullOf(source, to) };
}

async function pullOf<T>(source: AsyncIterator<T>, receiver: Receiver<T>): Promise<void> {
  let next: IteratorResult<T>;
  try {
    next = await source.next();
  } catch (error) {
    return receiver.end(error);
  }
  if (next.done) receiver.end();
  else receiver.take(next.value);
}
