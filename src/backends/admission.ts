import { abortable, type CallScope, type RequestLane } from '../domain/call-scope.ts';
import { type BackendName, GatewayError } from '../domain/error.ts';
import { admissionChanged, requestShed } from '../domain/telemetry.ts';

export interface AdmissionOptions {
  readonly service: BackendName;
  /** Requests that may call the backend at once. */
  readonly concurrency: number;
  /** Requests that may wait for that. */
  readonly queue: number;
}

/** Delay in milliseconds that a client is asked to wait before it sends a shed request again. */
const RETRY_AFTER_MS = 1_000;

/**
 * IDLE: admitted earlier, without a call at present. A request that was admitted is never shed, so
 * that no query fails halfway.
 */
type State =
  | { readonly name: 'IDLE' }
  | { readonly name: 'WAITING'; readonly turn: PromiseWithResolvers<void> }
  | { readonly name: 'ADMITTED' }
  | { readonly name: 'SHED' };

interface Ticket {
  readonly viewer: string;
  /** Calls under way, or waiting for the request to be admitted. */
  calls: number;
  state: State;
}

/**
 * Bounds the requests that use one backend at once. Others wait, up to a bound, and are served in
 * turn between viewers; the rest are shed at once. Requests are counted, not calls: a request is
 * admitted or shed by its first call. It gives up its place while it has no call under way, so that a
 * request that waits for the other backend does not hold one.
 */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #tickets = new WeakMap<RequestLane, Ticket>();
  /** Requests that were admitted earlier; they go first. */
  readonly #returning = new Set<Ticket>();
  /** Requests that wait to be admitted, by viewer. */
  readonly #waiting = new Map<string, Set<Ticket>>();
  #waitingCount = 0;
  #admitted = 0;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /**
   * Begins a call. Null when it can go on at once; otherwise resolves when its request is admitted.
   * Each call that was begun must be ended with `leave`.
   * @throws GatewayError UNAVAILABLE, also as a rejection, when the request is shed
   */
  enter({ lane, signal }: CallScope): Promise<void> | null {
    if (lane?.type !== 'REQUEST') return null;
    const ticket = this.#tickets.get(lane) ?? this.#newTicket(lane);
    if (ticket.state.name === 'IDLE') this.#return(ticket);
    this.#publish();
    const { state } = ticket;
    if (state.name === 'SHED') throw this.#shedError();
    ticket.calls++;
    if (state.name !== 'WAITING') return null;
    return abortable(state.turn.promise, signal).catch((error: unknown) => {
      this.#leave(ticket);
      throw error;
    });
  }

  /** Ends a call that was begun. */
  leave({ lane }: Pick<CallScope, 'lane'>): void {
    const ticket = lane && this.#tickets.get(lane);
    if (ticket) this.#leave(ticket);
  }

  #newTicket(lane: RequestLane): Ticket {
    const { viewer } = lane;
    const ticket: Ticket = { viewer, calls: 0, state: { name: 'ADMITTED' } };
    this.#tickets.set(lane, ticket);
    if (this.#admitted < this.#options.concurrency) this.#admitted++;
    else this.#enqueue(ticket);
    return ticket;
  }

  #enqueue(ticket: Ticket): void {
    if (this.#waitingCount >= this.#options.queue && !this.#makeRoomFor(ticket.viewer)) {
      ticket.state = { name: 'SHED' };
      requestShed.publish({ service: this.#options.service });
      return;
    }
    ticket.state = waiting();
    const tickets = this.#waiting.get(ticket.viewer) ?? new Set();
    this.#waiting.set(ticket.viewer, tickets.add(ticket));
    this.#waitingCount++;
  }

  /** A viewer that fills the queue cannot keep the others out: its newest request is shed instead. */
  #makeRoomFor(viewer: string): boolean {
    const own = this.#waiting.get(viewer)?.size ?? 0;
    const largest = [...this.#waiting.values()].reduce<ReadonlySet<Ticket>>(
      (most, tickets) => (tickets.size > most.size ? tickets : most),
      new Set(),
    );
    const newest = [...largest].at(-1);
    if (newest?.state.name !== 'WAITING' || largest.size <= own + 1) return false;
    const { turn } = newest.state;
    this.#dequeue(newest);
    newest.state = { name: 'SHED' };
    requestShed.publish({ service: this.#options.service });
    turn.reject(this.#shedError());
    return true;
  }

  #return(ticket: Ticket): void {
    if (this.#admitted < this.#options.concurrency) {
      this.#admitted++;
      ticket.state = { name: 'ADMITTED' };
    } else {
      ticket.state = waiting();
      this.#returning.add(ticket);
    }
  }

  #leave(ticket: Ticket): void {
    ticket.calls--;
    if (ticket.calls > 0) return;
    if (ticket.state.name === 'WAITING') {
      this.#dequeue(ticket);
      ticket.state = { name: 'IDLE' };
      this.#publish();
      return;
    }
    // The next call of the request often follows in the same turn of the event loop.
    setImmediate(() => {
      if (ticket.calls > 0 || ticket.state.name !== 'ADMITTED') return;
      ticket.state = { name: 'IDLE' };
      this.#passOn();
      this.#publish();
    });
  }

  #passOn(): void {
    const next = this.#next();
    if (!next) {
      this.#admitted--;
      return;
    }
    if (next.state.name === 'WAITING') next.state.turn.resolve();
    next.state = { name: 'ADMITTED' };
  }

  #next(): Ticket | undefined {
    const [returning] = this.#returning;
    const [[viewer, tickets] = []] = this.#waiting;
    const [first] = tickets ?? [];
    const next = returning ?? first;
    if (!next) return undefined;
    this.#dequeue(next);
    if (!returning && viewer !== undefined && tickets && tickets.size > 0) {
      this.#waiting.delete(viewer);
      this.#waiting.set(viewer, tickets);
    }
    return next;
  }

  #dequeue(ticket: Ticket): void {
    if (this.#returning.delete(ticket)) return;
    const tickets = this.#waiting.get(ticket.viewer);
    if (!tickets?.delete(ticket)) return;
    this.#waitingCount--;
    if (tickets.size === 0) this.#waiting.delete(ticket.viewer);
  }

  #publish(): void {
    if (!admissionChanged.isObserved) return;
    admissionChanged.publish({
      service: this.#options.service,
      inUse: this.#admitted,
      queued: this.#waitingCount + this.#returning.size,
    });
  }

  #shedError(): GatewayError {
    const { service } = this.#options;
    const message = `Too many requests are using the ${service} API. Retry later.`;
    return new GatewayError('UNAVAILABLE', message, {
      service,
      retryable: true,
      retryAfterMs: RETRY_AFTER_MS,
      nothingSent: true,
      shed: true,
    });
  }
}

function waiting(): State {
  const turn = Promise.withResolvers<void>();
  // The calls that wait handle a rejection; there may be none left.
  turn.promise.catch(() => {});
  return { name: 'WAITING', turn };
}
