import type { CallScope } from '../domain/call-scope.ts';
import type { BackendName } from '../domain/error.ts';
import { FairQueue } from '../domain/fair-queue.ts';
import { laneWaitChanged } from '../domain/telemetry.ts';
import type { LaneSize } from './lane-size.ts';

/** The viewer of calls that the gateway makes for itself: polls, sweeps and repeated writes. */
const GATEWAY = '';

/**
 * Bounds the calls in flight to one host. Calls that wait take turns, first between viewers and then
 * between their requests, so that a request with many calls does not delay a request with one.
 */
export class Lanes {
  readonly #size: LaneSize;
  readonly #service: BackendName;
  readonly #waiting = new FairQueue<Turn>();
  #inFlight = 0;

  constructor(size: LaneSize, service: BackendName) {
    this.#size = size;
    this.#service = service;
  }

  /** A turn of the request that `scope` belongs to. */
  turn(scope: CallScope): Turn {
    return new Turn(
      {
        take: () => {
          if (this.#inFlight >= this.#size.current) return false;
          this.#inFlight++;
          return true;
        },
        giveBack: (ms) => this.#giveBack(ms),
        queue: this.#waiting,
        service: this.#service,
      },
      scope,
    );
  }

  /** Passes the place of a call that took `ms` to the next one, and to more when there is room. */
  #giveBack(ms: number): void {
    this.#inFlight--;
    this.#size.record(ms);
    const size = this.#size.current;
    while (this.#inFlight < size) {
      const next = this.#waiting.shift();
      if (!next) return;
      this.#inFlight++;
      next.begin();
    }
  }
}

interface Places {
  take(): boolean;
  giveBack(ms: number): void;
  readonly queue: FairQueue<Turn>;
  readonly service: BackendName;
}

interface Lane {
  readonly viewer: string;
  readonly key: object;
}

type State =
  | { readonly name: 'NEW' }
  | { readonly name: 'WAITING'; readonly begin: () => void }
  | { readonly name: 'RUNNING'; readonly since: number }
  | { readonly name: 'ENDED' };

/** The place of one call among those in flight. */
export class Turn {
  readonly #places: Places;
  /** The lanes of the requests that wait for this call. */
  readonly #lanes: Lane[];
  #state: State = { name: 'NEW' };

  constructor(places: Places, scope: CallScope) {
    this.#places = places;
    this.#lanes = [laneOf(scope)];
  }

  /** Null when the call can start now; otherwise resolves at its turn, or rejects when it aborts. */
  start(signal: AbortSignal): Promise<void> | null {
    if (this.#places.take()) {
      this.#state = { name: 'RUNNING', since: performance.now() };
      return null;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = (): void => {
      if (this.#state.name !== 'WAITING') return;
      this.#leaveQueue();
      this.#state = { name: 'ENDED' };
      reject(signal.reason);
    };
    const begin = (): void => {
      signal.removeEventListener('abort', leave);
      resolve();
    };
    this.#state = { name: 'WAITING', begin };
    laneWaitChanged.publish({ service: this.#places.service, change: 1 });
    for (const { viewer, key } of this.#lanes) this.#places.queue.push(viewer, key, this);
    signal.addEventListener('abort', leave, { once: true });
    if (signal.aborted) leave();
    return promise;
  }

  /** Lets the call wait in the lane of one more request that needs it. */
  wantedBy(scope: CallScope): void {
    if (this.#state.name !== 'WAITING') return;
    const lane = laneOf(scope);
    if (this.#lanes.some(({ key }) => key === lane.key)) return;
    this.#lanes.push(lane);
    this.#places.queue.push(lane.viewer, lane.key, this);
  }

  /** Called by the queue with a place that became free. */
  begin(): void {
    if (this.#state.name !== 'WAITING') return;
    const { begin } = this.#state;
    this.#leaveQueue();
    this.#state = { name: 'RUNNING', since: performance.now() };
    begin();
  }

  end(): void {
    const state = this.#state;
    this.#state = { name: 'ENDED' };
    if (state.name === 'RUNNING') this.#places.giveBack(performance.now() - state.since);
  }

  #leaveQueue(): void {
    laneWaitChanged.publish({ service: this.#places.service, change: -1 });
    for (const { viewer, key } of this.#lanes) this.#places.queue.remove(viewer, key, this);
  }
}

function laneOf({ lane, signal }: CallScope): Lane {
  return lane ? { viewer: lane.viewer, key: lane } : { viewer: GATEWAY, key: signal };
}
