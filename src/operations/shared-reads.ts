/**
 * One read for everyone who asks for the same thing at the same time: they get the very same
 * objects. Of thousands who are woken by one change, one goes to the database.
 */
export class SharedReads<T> {
  readonly #underWay = new Map<string, Promise<T>>();

  read(key: string, read: () => Promise<T>): Promise<T> {
    const underWay = this.#underWay.get(key);
    if (underWay) return underWay;
    const started = read().finally(() => {
      if (this.#underWay.get(key) === started) this.#underWay.delete(key);
    });
    this.#underWay.set(key, started);
    return started;
  }

  /**
   * Something changed: what is under way may have been read before it. Whoever asks from now on, and
   * so is not woken for this change, must not be given that.
   */
  changed(): void {
    this.#underWay.clear();
  }
}
