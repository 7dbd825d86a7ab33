/** Lets one user in at a time, in the order of the calls. */
export class Mutex {
  #last: Promise<void> = Promise.resolve();

  /** @returns the function that lets the next user in */
  async acquire(): Promise<() => void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const previous = this.#last;
    this.#last = promise;
    await previous;
    return resolve;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    const release = await this.acquire();
    try {
      return await work();
    } finally {
      release();
    }
  }
}
