interface Entry<T> {
  readonly at: number;
  /** Orders entries with the same time by their arrival. */
  readonly number: number;
  readonly item: T;
}

/** Items in the order of their times. A binary heap: looking for due items costs nothing when none is. */
export class FinishQueue<T> {
  readonly #heap: Entry<T>[] = [];
  #added = 0;

  add(at: number, item: T): void {
    const heap = this.#heap;
    const entry = { at, number: this.#added++, item };
    let place = heap.length;
    for (let parent = (place - 1) >> 1; place > 0; parent = (place - 1) >> 1) {
      const above = heap[parent];
      if (!above || isBefore(above, entry)) break;
      heap[place] = above;
      place = parent;
    }
    heap[place] = entry;
  }

  /** Removes and returns the earliest item whose time has come; undefined when there is none. */
  takeDue(now: number): T | undefined {
    const [first] = this.#heap;
    if (first === undefined || first.at > now) return undefined;
    const last = this.#heap.pop();
    if (last !== undefined && this.#heap.length > 0) this.#sinkFromTop(last);
    return first.item;
  }

  #sinkFromTop(entry: Entry<T>): void {
    const heap = this.#heap;
    let place = 0;
    for (;;) {
      const left = heap[2 * place + 1];
      const right = heap[2 * place + 2];
      const isRight = left && right && isBefore(right, left);
      const child = isRight ? right : left;
      if (!child || isBefore(entry, child)) break;
      heap[place] = child;
      place = 2 * place + (isRight ? 2 : 1);
    }
    heap[place] = entry;
  }
}

function isBefore<T>(a: Entry<T>, b: Entry<T>): boolean {
  return a.at < b.at || (a.at === b.at && a.number < b.number);
}
