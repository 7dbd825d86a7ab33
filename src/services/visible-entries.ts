/**
 * The entries of a feed that are still visible when they are delivered. The feed selects them when it
 * reads, in batches, and a link can change before a slow client has received a batch.
 */
export class VisibleEntries<T> implements AsyncIterableIterator<T, undefined> {
  readonly #entries: AsyncIterator<T>;
  readonly #isVisible: (entry: T) => Promise<boolean>;

  constructor(entries: AsyncIterator<T>, isVisible: (entry: T) => Promise<boolean>) {
    this.#entries = entries;
    this.#isVisible = isVisible;
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    for (;;) {
      const { done, value } = await this.#entries.next();
      if (done) return { done: true, value: undefined };
      if (await this.#isVisible(value)) return { done: false, value };
    }
  }

  async return(): Promise<IteratorReturnResult<undefined>> {
    await this.#entries.return?.();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator]() {
    return this;
  }
}
