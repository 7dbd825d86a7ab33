import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ExecutionArgs } from 'graphql';
import type { RequestLane } from '../../domain/call-scope.ts';
import { Cancellation, type CancelSignal } from '../../domain/cancellation.ts';
import { GatewayError } from '../../domain/error.ts';
import type { Limits } from '../../domain/limits.ts';
import type { TraceContext } from '../../domain/tracing.ts';
import type { Viewer } from '../../domain/viewer.ts';
import type { Logger } from '../../log.ts';
import type { GatewayContext } from '../../schema/context.ts';
import type { RequestScope } from '../../services/scope.ts';
import type { Services } from '../../services/services.ts';
import type { RequestRecord } from '../telemetry/request-record.ts';
import { Meter } from './limits/meter.ts';
import { type ErrorScope, logReturned } from './public-error.ts';

/** The context that the HTTP server passes to Yoga. */
export interface ServerContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly requestId: string;
  /** Null for requests that are not executed, such as a preflight. */
  readonly viewer: Viewer | null;
  /** Absent for a preflight. */
  readonly record?: RequestRecord | undefined;
}

export interface RequestContextOptions {
  readonly viewer: Viewer;
  readonly requestId: string;
  readonly agent: string | null;
  /** The header Last-Event-ID of a client that reconnects over SSE. */
  readonly lastEventId?: string | null | undefined;
  /** Aborts when the client disconnects; absent when the caller ends the context itself. */
  readonly signal?: CancelSignal | undefined;
  /** Deadline of one query, mutation or event, in milliseconds. */
  readonly deadlineMs: number;
  readonly limits: Limits;
  readonly createServices: (scope: RequestScope) => Services;
  /** `REQUEST` by default. */
  readonly type?: RequestLane['type'] | undefined;
  /** The access log's record of the request; absent for events. */
  readonly record?: RequestRecord | undefined;
  /** The trace of a client on a WebSocket, or null; undefined for HTTP requests and their events. */
  readonly remote?: TraceContext | null | undefined;
  readonly log: Logger;
}

/** What the transport knows about a request. */
export type RequestOrigin = Pick<
  RequestContextOptions,
  'viewer' | 'requestId' | 'agent' | 'lastEventId' | 'signal' | 'record' | 'remote'
>;

export type CreateContext = (origin: RequestOrigin) => RequestContext;

const clientGone = new GatewayError('UNAVAILABLE', 'The client disconnected.');
const answered = new GatewayError('UNAVAILABLE', 'The request has been answered.');

/** The context of one query, mutation, event or GraphQL subscription. */
export interface RequestContext extends GatewayContext {
  readonly meter: Meter;
  readonly record: RequestRecord | undefined;
  /** As in the options. */
  readonly remote: TraceContext | null | undefined;
  /** Aborts at the deadline, when the client disconnects, or when the request exceeds a limit. */
  readonly signal: CancelSignal;
  /** How errors of this request are shown and logged. */
  readonly errorScope: ErrorScope;
  /** The context of one event. Subscriptions can share it, so it does not end with this one. */
  forEvent(): RequestContext;
  /**
   * Removes the deadline: an established subscription lasts as long as its client, which no longer
   * aborts this context. Drops the services too, since every event has its own.
   */
  keepOpen(): void;
  /** Call this when the response was written to a connection that was still open. */
  delivered(): void;
  /** Call this when the client closed the connection before it had the response. */
  disconnected(): void;
  /**
   * Aborts everything that is still running for this context.
   * @param isComplete whether nothing is, because the answer has no errors and waited for all of it
   */
  end(isComplete?: boolean): void;
}

export interface RequestArgs extends ExecutionArgs {
  readonly contextValue: RequestContext;
}

export function createRequestContext(options: RequestContextOptions): RequestContext {
  return new OwnContext(options);
}

/**
 * A class, because V8 keeps what an object literal with a getter refers to until the next full
 * collection: all objects of a request, which are garbage a moment later.
 */
class OwnContext implements RequestContext {
  readonly viewer: Viewer;
  readonly requestId: string;
  readonly lastEventId: string | null;
  readonly meter: Meter;
  readonly record: RequestRecord | undefined;
  readonly remote: TraceContext | null | undefined;
  readonly signal: CancelSignal;
  readonly errorScope: ErrorScope;
  readonly #options: RequestContextOptions;
  readonly #cancellation = new Cancellation();
  readonly #unfollow: () => void;
  #timer: NodeJS.Timeout | undefined;
  #services: Services | undefined;
  #listeners: (() => void)[] | undefined;

  constructor(options: RequestContextOptions) {
    const { viewer, requestId, limits, deadlineMs, record, log } = options;
    this.#options = options;
    this.viewer = viewer;
    this.requestId = requestId;
    // EventSource sends no header before the first event; other clients may send an empty one.
    this.lastEventId = options.lastEventId || null;
    this.record = record;
    this.remote = options.remote;
    this.signal = this.#cancellation;
    this.#unfollow = follow(options.signal, this.#cancellation);
    this.meter = new Meter(limits, (reason) => this.#cancellation.abort(reason));
    this.errorScope = { requestId, log, suggestions: limits.suggestions, onError: record?.failed };
    this.#timer = setTimeout(() => this.#expire(), deadlineMs);
    record?.setSubject(viewer.subject);
    record?.countCallsOf(this.meter);
  }

  get services(): Services {
    this.#services ??= this.#createServices();
    return this.#services;
  }

  report(failure: GatewayError, mutation: string): void {
    const { requestId, record } = this;
    record?.failed(failure.code);
    logReturned(failure, { mutation, requestId, log: this.#options.log });
  }

  forEvent(): RequestContext {
    const rest = { signal: undefined, record: undefined, type: 'EVENT' } as const;
    return new OwnContext({ ...this.#options, ...rest });
  }

  keepOpen(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#services = undefined;
    this.#unfollow();
    this.record?.fixCalls();
  }

  delivered(): void {
    const listeners = this.#listeners;
    this.#listeners = undefined;
    if (listeners) for (const listener of listeners) listener();
  }

  disconnected(): void {
    this.#cancellation.abort(clientGone);
  }

  end(isComplete = false): void {
    clearTimeout(this.#timer);
    this.#unfollow();
    // An abort creates an event, which takes longer than the timer.
    if (!isComplete) this.#cancellation.abort(answered);
    // The record of an HTTP request ends with its response.
    if (this.record?.transport === 'WS') this.record.end();
  }

  #expire(): void {
    const message = `The request took longer than ${this.#options.deadlineMs} ms.`;
    this.#cancellation.abort(new GatewayError('DEADLINE_EXCEEDED', message, { retryable: true }));
  }

  #createServices(): Services {
    const { viewer, requestId, signal, meter } = this;
    const { agent, createServices, type = 'REQUEST' } = this.#options;
    const lane: RequestLane = { viewer: viewer.subject, type };
    return createServices({
      ...{ viewer, requestId, agent, signal, lane },
      countCall: () => meter.countCall(),
      onDelivered: (listener) => {
        this.#listeners ??= [];
        this.#listeners.push(listener);
      },
    });
  }
}

/**
 * Aborts `cancellation` when `parent` aborts, until the returned function is called. A subscription
 * outlives many events and must not accumulate their listeners.
 */
function follow(parent: CancelSignal | undefined, cancellation: Cancellation): () => void {
  if (!parent) return nothing;
  const abort = (): void => {
    // Any other error would be reported as a failure of the gateway.
    cancellation.abort(parent.reason instanceof GatewayError ? parent.reason : clientGone);
  };
  if (parent.aborted) abort();
  parent.addEventListener('abort', abort, { once: true });
  return () => parent.removeEventListener('abort', abort);
}

function nothing(): void {}

/** The client's request id when it is well-formed, otherwise a new one. */
export function requestIdFrom(header: string | string[] | undefined): string {
  return typeof header === 'string' && /^[\w.:/-]{1,128}$/.test(header) ? header : randomUUID();
}

/** The first 200 characters of a User-Agent header; null when it is missing. */
export function agentFrom(header: string | null | undefined): string | null {
  return header?.slice(0, 200) || null;
}
