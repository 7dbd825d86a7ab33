/** How long what was found is given to others, in milliseconds. */
const REMEMBERED_MS = 200;

/**
 * One read for everyone who asks for the same at about the same time: they get the very same
 * objects. Of thousands who are woken by one change, one goes to the database. That there is nothing
 * is not remembered; entries stay what they are, and who is given too few of them reads on.
 */
export class SharedReads<T> {
  readonly #remembered = new Map<string, Promise<readonly T[]>>();

  read(key: string, read: () => Promise<readonly T[]>): Promise<readonly T[]> {
    const known = this.#remembered.get(key);
    if (known) return known;
    const started = read();
    this.#remembered.set(key, started);
    const forget = (): void => {
      if (this.#remembered.get(key) === started) this.#remembered.delete(key);
    };
    started.then((found) => {
      if (found.length > 0) setTimeout(forget, REMEMBERED_MS).unref();
      else forget();
    }, forget);
    return started;
  }

  /**
   * Something changed: what is under way may have been read before it. Whoever asks from now on, and
   * so is not woken for this change, must not be given that.
   */
  changed(): void {
    this.#remembered.clear();
  }
}
