/** Receives the outcome of a pull: exactly one of the two methods is called, once. */
export interface Receiver<T> {
  next(entry: T): void;
  /** The source has ended; `error` is set when it failed. */
  end(error?: unknown): void;
}

/** A source that is read entry by entry without a promise for each. */
export interface Pullable<T> {
  /** Requests the next entry, which may arrive synchronously. Only one pull may be outstanding. */
  pull(receiver: Receiver<T>): void;
}

/** Adapts any async iterator to `Pullable`. */
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
  else receiver.next(next.value);
}
