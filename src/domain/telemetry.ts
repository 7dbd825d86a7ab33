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

export type Transport = 'HTTP' | 'SSE' | 'WS';
export type OperationType = 'query' | 'mutation' | 'subscription' | 'unknown';
/** CLIENT_GONE: the client disconnected before its response was complete. */
export type RequestOutcome = 'OK' | 'CLIENT_GONE' | ErrorCode;

/** One GraphQL request has ended, also one that was refused. */
export interface RequestFact {
  readonly transport: Transport;
  readonly type: OperationType;
  readonly outcome: RequestOutcome;
  readonly durationMs: number;
}

export const requestEnded = new Topic<RequestFact>('request');

/** One attempt of a call has ended: the call itself, or a retry of it. */
export interface BackendCallFact {
  readonly service: BackendName;
  readonly method: string;
  /** OK, or the code of the failure. */
  readonly code: 'OK' | 'ABORTED' | ErrorCode;
  readonly durationMs: number;
}

export const backendCallEnded = new Topic<BackendCallFact>('backend-call');
