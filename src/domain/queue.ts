/**
 * First in, first out. Unlike with an array, taking the first of many items is cheap, and unlike a Set,
 * it does not keep what was taken.
 */
export class Queue<T> {
  #items: (T | undefined)[] = [];
  #taken = 0;

  get length(): number {
    return this.#items.length - this.#taken;
  }

  add(item: T): void {
    this.#items.push(item);
  }

  take(): T | undefined {
    if (this.length === 0) return undefined;
    const item = this.#items[this.#taken];
    this.#items[this.#taken++] = undefined;
    if (this.length === 0) {
      this.#items.length = 0;
      this.#taken = 0;
    } else if (this.#taken > 1_000 && this.#taken > this.#items.length / 2) {
      this.#items = this.#items.slice(this.#taken);
      this.#taken = 0;
    }
    return item;
  }
}
