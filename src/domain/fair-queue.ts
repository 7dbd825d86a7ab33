import { Queue } from './queue.ts';

/** An item that waits in a lane. */
export interface Waiting<T> {
  /** Null when the item no longer waits. */
  item: T | null;
  readonly lane: Lane<T>;
}

/** What waits in turn with others of its kind. */
interface Group {
  /** How many of its items still wait. */
  count: number;
}

interface Lane<T> extends Group {
  readonly key: object;
  readonly viewer: ViewerLanes<T>;
  readonly items: Queue<Waiting<T>>;
}

interface ViewerLanes<T> extends Group {
  readonly key: string;
  readonly lanes: Ring<object, Lane<T>>;
}

/**
 * Groups that take turns. Those that became empty stay in line until their turn, because a Map or Set
 * from which an item is removed with each turn keeps removed ones until a full collection.
 */
class Ring<Key, G extends Group & { readonly key: Key }> {
  readonly #groups = new Map<Key, G>();
  readonly #line = new Queue<G>();

  get(key: Key): G | undefined {
    return this.#groups.get(key);
  }

  add(group: G): void {
    this.#groups.set(group.key, group);
    this.#line.add(group);
  }

  /** Removes a group that has become empty. */
  drop(group: G): void {
    this.#groups.delete(group.key);
  }

  /** The next group that is not empty, which goes to the end of the line. */
  next(): G | undefined {
    for (;;) {
      const group = this.#line.take();
      if (group === undefined) return undefined;
      if (group.count === 0) continue;
      // It is skipped when this turn empties it.
      this.#line.add(group);
      return group;
    }
  }
}

/**
 * A queue that serves viewers in turn, and the lanes of one viewer in turn. Items of one lane keep
 * their order.
 */
export class FairQueue<T> {
  readonly #viewers = new Ring<string, ViewerLanes<T>>();

  /** Returns what `remove` needs. An item can be pushed to several lanes. */
  push(viewer: string, lane: object, item: T): Waiting<T> {
    const of = this.#viewers.get(viewer) ?? this.#newViewer(viewer);
    const into = of.lanes.get(lane) ?? newLane(of, lane);
    const waiting: Waiting<T> = { item, lane: into };
    into.items.add(waiting);
    into.count++;
    of.count++;
    return waiting;
  }

  /** Removes the next item; undefined when there is none. */
  shift(): T | undefined {
    const lane = this.#viewers.next()?.lanes.next();
    for (;;) {
      const waiting = lane?.items.take();
      if (!waiting) return undefined;
      const { item } = waiting;
      if (item === null) continue;
      this.remove(waiting);
      return item;
    }
  }

  /** Returns whether the item was still waiting. */
  remove(waiting: Waiting<T>): boolean {
    if (waiting.item === null) return false;
    waiting.item = null;
    const { lane } = waiting;
    const { viewer } = lane;
    lane.count--;
    viewer.count--;
    if (lane.count === 0) viewer.lanes.drop(lane);
    if (viewer.count === 0) this.#viewers.drop(viewer);
    return true;
  }

  #newViewer(key: string): ViewerLanes<T> {
    const viewer: ViewerLanes<T> = { key, count: 0, lanes: new Ring() };
    this.#viewers.add(viewer);
    return viewer;
  }
}

function newLane<T>(viewer: ViewerLanes<T>, key: object): Lane<T> {
  const lane: Lane<T> = { key, viewer, count: 0, items: new Queue() };
  viewer.lanes.add(lane);
  return lane;
}
