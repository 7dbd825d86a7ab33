/**
 * A queue that serves viewers in turn, and the lanes of one viewer in turn. Items of one lane keep
 * their order. An item can wait in several lanes.
 */
export class FairQueue<T> {
  readonly #viewers = new Map<string, Map<object, Set<T>>>();

  push(viewer: string, lane: object, item: T): void {
    const lanes = this.#viewers.get(viewer) ?? new Map<object, Set<T>>();
    const items = lanes.get(lane) ?? new Set<T>();
    this.#viewers.set(viewer, lanes.set(lane, items.add(item)));
  }

  /** Removes the next item; undefined when there is none. */
  shift(): T | undefined {
    for (const [viewer, lanes] of this.#viewers) {
      for (const [lane, items] of lanes) {
        for (const item of items) {
          this.remove(viewer, lane, item);
          this.#rotate(viewer, lane);
          return item;
        }
      }
    }
    return undefined;
  }

  /** Returns whether the item was waiting in the lane. */
  remove(viewer: string, lane: object, item: T): boolean {
    const lanes = this.#viewers.get(viewer);
    const items = lanes?.get(lane);
    if (!lanes || !items) return false;
    const wasWaiting = items.delete(item);
    if (items.size === 0) lanes.delete(lane);
    if (lanes.size === 0) this.#viewers.delete(viewer);
    return wasWaiting;
  }

  /** Moves a lane behind the other lanes of its viewer, and the viewer behind the other viewers. */
  #rotate(viewer: string, lane: object): void {
    const lanes = this.#viewers.get(viewer);
    if (!lanes) return;
    moveToEnd(lanes, lane);
    moveToEnd(this.#viewers, viewer);
  }
}

function moveToEnd<K, V>(map: Map<K, V>, key: K): void {
  const value = map.get(key);
  if (value === undefined || map.size === 1) return;
  map.delete(key);
  map.set(key, value);
}
