import { performance } from 'node:perf_hooks';
import type { CallScope } from '../domain/call-scope.ts';
import type { BackendName } from '../domain/error.ts';
import { FairQueue, type Waiting } from '../domain/fair-queue.ts';
import { laneWaitChanged } from '../domain/telemetry.ts';
import type { LaneSize } from './lane-size.ts';

/** The viewer of calls that the gateway makes for itself: polls, sweeps and repeated writes. */
const GATEWAY = '';

const { nodeTiming } = performance;

/**
 * Bounds the calls in flight to one host. Calls that wait take turns, first between viewers and then
 * between their requests, so that a request with many calls does not delay a request with one.
 */
export class Lanes {
  readonly #size: LaneSize;
  readonly #places: Places;
  #inFlight = 0;
  #isPassing = false;

  constructor(size: LaneSize, service: BackendName) {
    this.#size = size;
    this.#places = {
      take: () => this.#take(),
      giveBack: (startedAt, idleMs) => this.#giveBack(startedAt, idleMs),
      queue: new FairQueue(),
      service,
    };
  }

  /** A turn of the request that `scope` belongs to. */
  turn(scope: CallScope): Turn {
    return new Turn(this.#places, scope);
  }

  #take(): boolean {
    if (this.#inFlight >= this.#size.current) return false;
    this.#inFlight++;
    return true;
  }

  /** Passes the place of a call that ended to the next one, and to more when there is room. */
  #giveBack(startedAt: number, idleMs: number): void {
    this.#inFlight--;
    this.#size.record(performance.now() - startedAt, nodeTiming.idleTime - idleMs);
    if (this.#isPassing) return;
    this.#isPassing = true;
    try {
      this.#startNext();
    } finally {
      this.#isPassing = false;
    }
  }

  /** A call that fails while it starts gives its place back meanwhile, for the next one here. */
  #startNext(): void {
    while (this.#inFlight < this.#size.current) {
      const next = this.#places.queue.shift();
      if (!next) return;
      this.#inFlight++;
      next.begin();
    }
  }
}

interface Places {
  take(): boolean;
  /**
   * @param startedAt when the call started, by `performance.now()`
   * @param idleMs how long the event loop had been idle then, since the start of the process
   */
  giveBack(startedAt: number, idleMs: number): void;
  readonly queue: FairQueue<Turn>;
  readonly service: BackendName;
}

/** A request, or the gateway's own work, as far as its calls wait and end with it. */
export type Waiter = Pick<CallScope, 'signal' | 'lane'>;

/** A call that waits for its turn. */
export interface WaitingCall {
  /** Must not throw. */
  turnCame(): void;
}

/** The place of one call among those in flight. */
export class Turn {
  readonly #places: Places;
  /** The requests that wait for this call. */
  readonly #waiters: Waiter[];
  /** Its places in their lanes. */
  #waiting: Waiting<Turn>[] | null = null;
  #state: 'NEW' | 'WAITING' | 'RUNNING' | 'ENDED' = 'NEW';
  #call: WaitingCall | null = null;
  #startedAt = 0;
  #idleMs = 0;

  constructor(places: Places, scope: Waiter) {
    this.#places = places;
    this.#waiters = [scope];
  }

  /** Whether the call can start now. If not, `turnCame` is called at its turn, unless it ends before. */
  start(call: WaitingCall): boolean {
    if (this.#places.take()) {
      this.#run();
      return true;
    }
    this.#state = 'WAITING';
    this.#call = call;
    laneWaitChanged.publish({ service: this.#places.service, change: 1 });
    for (const waiter of this.#waiters) this.#enter(waiter);
    return false;
  }

  /** Lets the call wait in the lane of one more request that needs it. */
  wantedBy(waiter: Waiter): void {
    if (this.#state !== 'WAITING') return;
    if (this.#waiters.some((other) => laneOf(other) === laneOf(waiter))) return;
    this.#waiters.push(waiter);
    this.#enter(waiter);
  }

  /** Called by the queue with a place that became free. */
  begin(): void {
    if (this.#state !== 'WAITING') return;
    this.#leaveQueue();
    this.#run();
    this.#call?.turnCame();
  }

  end(): void {
    const state = this.#state;
    if (state === 'WAITING') this.#leaveQueue();
    this.#state = 'ENDED';
    if (state === 'RUNNING') this.#places.giveBack(this.#startedAt, this.#idleMs);
  }

  #run(): void {
    this.#state = 'RUNNING';
    this.#startedAt = performance.now();
    this.#idleMs = nodeTiming.idleTime;
  }

  #enter(waiter: Waiter): void {
    this.#waiting ??= [];
    this.#waiting.push(this.#places.queue.push(viewerOf(waiter), laneOf(waiter), this));
  }

  #leaveQueue(): void {
    laneWaitChanged.publish({ service: this.#places.service, change: -1 });
    for (const waiting of this.#waiting ?? []) this.#places.queue.remove(waiting);
    this.#waiting = null;
  }
}

function viewerOf({ lane }: Waiter): string {
  return lane ? lane.viewer : GATEWAY;
}

function laneOf({ lane, signal }: Waiter): object {
  return lane ?? signal;
}
