import { channel } from 'node:diagnostics_channel';
import type { BackendName, ErrorCode } from './error.ts';

/** Facts that layers publish about themselves. Publishing costs nothing without a subscriber. */
export class Topic<Fact> {
  readonly #channel;

  constructor(name: string) {
    this.#channel = channel(`reseller-gateway:${name}`);
  }

  /** Ask this before computing what only a subscriber needs. */
  get isObserved(): boolean {
    return this.#channel.hasSubscribers;
  }

  publish(fact: Fact): void {
    if (this.#channel.hasSubscribers) this.#channel.publish(fact);
  }

  /** Returns the function that unsubscribes. */
  subscribe(listener: (fact: Fact) => void): () => void {
    // Only `publish` sends to this channel.
    const onMessage = (fact: unknown): void => listener(fact as Fact);
    this.#channel.subscribe(onMessage);
    return () => void this.#channel.unsubscribe(onMessage);
  }
}

export type Transport = 'HTTP' | 'SSE' | 'WS' | 'MCP';
export type OperationType = 'query' | 'mutation' | 'subscription' | 'unknown';
/** CLIENT_GONE: the client disconnected before its response was complete. */
export type RequestOutcome = 'OK' | 'CLIENT_GONE' | ErrorCode;

/** One GraphQL request has ended, also one that was refused. */
export const requestEnded = new Topic<{
  readonly transport: Transport;
  readonly type: OperationType;
  readonly outcome: RequestOutcome;
  readonly durationMs: number;
}>('request');

/**
 * MISSING: no bearer token. MALFORMED: not a JWT of the accepted algorithms. KEYS_UNAVAILABLE: it could not be
 * verified. NOT_CONFIGURED: no token is accepted.
 */
export type AuthenticationFailure =
  | 'MISSING'
  | 'MALFORMED'
  | 'EXPIRED'
  | 'CLAIMS'
  | 'SIGNATURE'
  | 'UNKNOWN_KEY'
  | 'KEYS_UNAVAILABLE'
  | 'NOT_CONFIGURED';

/** A request, a socket or a push was refused because of its token. */
export const authenticationFailed = new Topic<{
  readonly endpoint: 'graphql' | 'push';
  readonly reason: AuthenticationFailure;
}>('authentication-failed');

/** One attempt of a call has ended: the call itself, or a retry of it. */
export const backendCallEnded = new Topic<{
  readonly service: BackendName;
  readonly method: string;
  /** OK, or the code of the failure. */
  readonly code: 'OK' | 'ABORTED' | ErrorCode;
  readonly durationMs: number;
}>('backend-call');

/** A read or write is sent again after it failed. */
export const callRetried = new Topic<{ readonly service: BackendName }>('retry');

export const breakerChanged = new Topic<{
  readonly service: BackendName;
  readonly host: string;
  readonly isOpen: boolean;
}>('breaker');

export const admissionChanged = new Topic<{
  readonly service: BackendName;
  /** Requests that use the backend, and that wait for it. */
  readonly inUse: number;
  readonly queued: number;
}>('admission');
export const requestShed = new Topic<{ readonly service: BackendName }>('shed');

/** A difference to the number of things of one kind, such as open sockets. */
export type Change = 1 | -1;

/** Calls that wait for their turn in a lane. */
export const laneWaitChanged = new Topic<{
  readonly service: BackendName;
  readonly change: Change;
}>('lane-wait');

export interface WriteFact {
  readonly mutation: string;
  readonly outcome: 'DONE' | 'REFUSED' | 'UNKNOWN';
}

/** The outcome of a write became known, by an attempt, a read back or a person, or is unknown for now. */
export const writeSettled = new Topic<WriteFact>('write');

/** A transaction that one or more commits shared. */
export const groupCommitted = new Topic<{
  readonly durationMs: number;
  readonly commits: number;
}>('group-commit');

export const databaseFailed = new Topic<{ readonly code: ErrorCode }>('database-failure');

export const pollInFlightChanged = new Topic<Change>('poll-in-flight');
export const pollEnded = new Topic<'FOUND' | 'MISSING' | 'FAILED'>('poll');
export const operationLost = new Topic<'STILL_POLLED' | 'GIVEN_UP'>('operation-lost');

export const socketsChanged = new Topic<Change>('sockets');
export const subscriptionsChanged = new Topic<Change>('subscriptions');

/** The type of a notification; null when it is unknown. */
export const notificationReceived = new Topic<string | null>('notification');

/** The number of lines that could not be written. */
export const logLinesDropped = new Topic<number>('log-dropped');
