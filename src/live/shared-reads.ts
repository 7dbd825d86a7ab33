/** Milliseconds for which a non-empty result is shared. */
const SHARED_MS = 200;

/**
 * Merges equal reads that happen at about the same time: all callers get the same objects, so one
 * change that wakes thousands of readers costs one query. Empty results are not shared. A shared
 * result may lack the newest entries; its reader then reads again.
 */
export class SharedReads<T> {
  readonly #shared = new Map<string, Promise<readonly T[]>>();

  read(key: string, read: () => Promise<readonly T[]>): Promise<readonly T[]> {
    const known = this.#shared.get(key);
    if (known) return known;
    const started = read();
    this.#shared.set(key, started);
    const forget = (): void => {
      if (this.#shared.get(key) === started) this.#shared.delete(key);
    };
    started.then((found) => {
      if (found.length > 0) setTimeout(forget, SHARED_MS).unref();
      else forget();
    }, forget);
    return started;
  }

  /**
   * Call this on every change. Readers that start after the change are not woken for it, so they must
   * not share a read that may have started before it.
   */
  changed(): void {
    this.#shared.clear();
  }
}
