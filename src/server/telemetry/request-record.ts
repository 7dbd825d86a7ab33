import { type DocumentNode, getOperationAST } from 'graphql';
import type { ErrorCode } from '../../domain/error.ts';
import {
  type OperationType,
  type RequestOutcome,
  requestEnded,
  type Transport,
} from '../../domain/telemetry.ts';
import { activeSpan } from '../../domain/tracing.ts';
import type { Logger } from '../../log.ts';
import { accessLog, hashOf } from './access-log.ts';

export interface RequestRecordOptions {
  readonly requestId: string;
  readonly transport: Transport;
  readonly log: Logger;
}

/** What is known when a request ends. */
export interface RequestEnd {
  /** The HTTP status; absent over WebSocket, and when no response was sent. */
  readonly status?: number | undefined;
  readonly isClientGone?: boolean | undefined;
}

/** Counts the backend calls of a request. */
interface CallCount {
  readonly calls: number;
}

/** Collects what the access log says about one GraphQL request, and writes its line at the end. */
export class RequestRecord {
  readonly #options: RequestRecordOptions;
  readonly #startedAt = performance.now();
  #traceId: string | undefined = activeSpan()?.traceId;
  #subject: string | null = null;
  #operationName: string | null = null;
  #type: OperationType = 'unknown';
  #code: ErrorCode | null = null;
  #reason: string | undefined;
  #cost = 0;
  /** What counts the backend calls; a number once it is final. */
  #calls: CallCount | number = 0;
  #isEnded = false;

  constructor(options: RequestRecordOptions) {
    this.#options = options;
  }

  get requestId(): string {
    return this.#options.requestId;
  }

  get transport(): Transport {
    const { transport } = this.#options;
    return transport === 'HTTP' && this.#type === 'subscription' ? 'SSE' : transport;
  }

  setSubject(subject: string): void {
    this.#subject = subject;
  }

  /** Names the trace of an operation on a WebSocket, which has no request of its own. */
  setTrace(traceId: string): void {
    this.#traceId = traceId;
  }

  setOperation(document: DocumentNode, operationName: string | null | undefined): void {
    const operation = getOperationAST(document, operationName);
    if (!operation) return;
    this.#type = operation.operation;
    this.#operationName = operation.name?.value.slice(0, 100) ?? null;
  }

  setCost(cost: number): void {
    this.#cost = cost;
  }

  countCallsOf(count: CallCount): void {
    this.#calls = count;
  }

  /** Keeps the number of backend calls until now, and not what counts them. */
  fixCalls(): void {
    this.#calls = this.#callsNow;
  }

  get #callsNow(): number {
    return typeof this.#calls === 'number' ? this.#calls : this.#calls.calls;
  }

  /** Records a failure. The first one is the outcome of the request. */
  readonly failed = (code: ErrorCode): void => {
    this.#code ??= code;
  };

  /** Records why the request was not handed to GraphQL. */
  refused(code: ErrorCode, reason: string): void {
    this.failed(code);
    this.#reason = reason;
  }

  /** Writes the line, once. */
  end({ status, isClientGone = false }: RequestEnd = {}): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    const { requestId } = this.#options;
    const durationMs = performance.now() - this.#startedAt;
    const { transport } = this;
    const outcome: RequestOutcome = this.#code ?? (isClientGone ? 'CLIENT_GONE' : 'OK');
    requestEnded.publish({ transport, type: this.#type, outcome, durationMs });
    accessLog(this.#options.log).info(
      {
        requestId,
        traceId: this.#traceId,
        transport,
        operationName: this.#operationName,
        type: this.#type,
        viewer: this.#subject === null ? null : hashOf(this.#subject),
        status,
        outcome,
        reason: this.#reason,
        durationMs: Math.round(durationMs * 10) / 10,
        backendCalls: this.#callsNow,
        cost: this.#cost,
      },
      'request',
    );
  }
}
