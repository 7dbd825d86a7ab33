import { randomUUID } from 'node:crypto';
import { GraphQLError, type GraphQLSchema, getOperationAST } from 'graphql';
import { MessageType, type SubscribePayload } from 'graphql-ws';
import { GatewayError } from '../../domain/error.ts';
import type { Limits } from '../../domain/limits.ts';
import type { TraceContext } from '../../domain/tracing.ts';
import type { Viewer } from '../../domain/viewer.ts';
import { Reader } from '../../live/broadcast.ts';
import type { Receiver } from '../../live/places.ts';
import type { Logger } from '../../log.ts';
import type { TrustedDocuments } from '../documents/trusted-documents.ts';
import type { Documents } from '../graphql/documents.ts';
import type { EventResult } from '../graphql/event-execution.ts';
import type { ExecuteOnce } from '../graphql/execution.ts';
import { slices } from '../graphql/limits/slices.ts';
import { publicError, toGraphQLError } from '../graphql/public-error.ts';
import type { CreateContext, RequestArgs, RequestContext } from '../graphql/request-context.ts';
import type { Subscribe, Subscription } from '../graphql/subscription.ts';
import type { TakeRequest } from '../rate-limit.ts';
import { RequestRecord } from '../telemetry/request-record.ts';
import { traceOf } from '../telemetry/spans.ts';
import { nextMessage } from './messages.ts';

export interface OperationOptions {
  readonly schema: GraphQLSchema;
  readonly documents: Documents;
  readonly trusted: TrustedDocuments;
  readonly createContext: CreateContext;
  readonly takeRequest: TakeRequest;
  readonly executeOnce: ExecuteOnce;
  readonly subscribe: Subscribe;
  readonly limits: Limits;
  readonly log: Logger;
}

/** Called with false when the message cannot be sent, because the client is gone. */
export type Sent = (isOut: boolean) => void;

/** The socket of an operation. */
export interface OperationSocket {
  readonly agent: string | null;
  /** From the upgrade request, for operations that name no trace of their own. */
  readonly trace: TraceContext | null;
  /** Number of operations that run on the socket. */
  readonly running: number;
  /** Calls `sent` asynchronously, when the next message may follow. */
  send(text: string, sent?: Sent): void;
  /** Called once when the operation has ended, before its last message. */
  ended(operation: Operation): void;
}

/** A query, mutation or subscription on a socket. Each result is sent when the previous one is out. */
export class Operation implements Receiver<EventResult> {
  readonly id: string;
  readonly #socket: OperationSocket;
  readonly #record: RequestRecord;
  /** Until the operation is established. */
  #context: RequestContext | undefined;
  #subscription: Subscription | undefined;
  #isEnded = false;

  constructor(id: string, socket: OperationSocket, log: Logger) {
    this.id = id;
    this.#socket = socket;
    this.#record = new RequestRecord({ requestId: newRequestId(), transport: 'WS', log });
  }

  async run(payload: SubscribePayload, viewer: Viewer, options: OperationOptions): Promise<void> {
    const args = await this.#admitted(payload, viewer, options);
    if (args === null) return this.#end();
    const { contextValue } = args;
    if (this.#isEnded) return contextValue.end();
    this.#context = contextValue;
    const { operation } = getOperationAST(args.document, args.operationName) ?? {};
    if (operation === 'subscription') return this.#subscribe(await options.subscribe(args));
    const answer = await options.executeOnce(args);
    if (this.#isEnded) return;
    this.#socket.send(nextMessage(this.id, answer.stringify()), (isOut) => {
      if (isOut) contextValue.delivered();
      this.#complete();
    });
  }

  /** Ends the operation without a message: its client is gone, or has completed it. */
  leave(): void {
    this.#end();
    this.#context?.end();
    this.#subscription?.end();
  }

  receive({ payload }: EventResult): void {
    this.#socket.send(nextMessage(this.id, payload), this.#sent);
  }

  end(): void {
    this.#complete();
  }

  /** The arguments of the execution; null when the operation was rejected. */
  async #admitted(
    payload: SubscribePayload,
    viewer: Viewer,
    options: OperationOptions,
  ): Promise<RequestArgs | null> {
    const record = this.#record;
    const { operationName = null, variables = null, extensions } = payload;
    record.setSubject(viewer.subject);
    try {
      const document = options.documents.parse(options.trusted.textOf(payload));
      record.setOperation(document, operationName);
      const errors = options.documents.validate(document);
      if (errors.length > 0) return this.#reject(errors, options);
      if (!getOperationAST(document, operationName)) {
        throw new GraphQLError('The document has no operation of this name.');
      }
      checkRunning(this.#socket.running, options.limits.subscriptionsPerSocket);
      options.takeRequest(viewer.subject);
      if (slices.isOver()) await slices.next();
      const { agent, trace } = this.#socket;
      const { requestId } = record;
      const remote = traceOf(extensions ?? {}) ?? trace;
      const contextValue = options.createContext({ viewer, agent, requestId, record, remote });
      const { schema } = options;
      return { schema, document, contextValue, operationName, variableValues: variables };
    } catch (error) {
      const isExpected = error instanceof GraphQLError || error instanceof GatewayError;
      if (isExpected) return this.#reject([toGraphQLError(error)], options);
      throw error;
    }
  }

  #reject(errors: readonly GraphQLError[], { limits, log }: OperationOptions): null {
    const { requestId, failed } = this.#record;
    const scope = { requestId, log, suggestions: limits.suggestions, onError: failed };
    const payload = errors.map((error) => publicError(error, scope));
    if (!this.#isEnded) {
      this.#socket.send(JSON.stringify({ id: this.id, type: MessageType.Error, payload }));
    }
    return null;
  }

  #subscribe(started: Awaited<ReturnType<Subscribe>>): void {
    this.#context = undefined;
    if (started instanceof Reader) {
      this.#subscription = started;
      if (this.#isEnded) started.end();
      else started.pull(this);
    } else if (!this.#isEnded) {
      const message = nextMessage(this.id, JSON.stringify(started));
      this.#socket.send(message, () => this.#complete());
    }
  }

  readonly #sent = (isOut: boolean): void => {
    if (!isOut) this.leave();
    else if (!this.#isEnded) this.#subscription?.pull(this);
  };

  #complete(): void {
    if (this.#isEnded) return;
    this.#end();
    this.#socket.send(JSON.stringify({ id: this.id, type: MessageType.Complete }));
  }

  #end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#record.end();
    this.#socket.ended(this);
  }
}

/** A copy, because Node joins the id from 15 strings, which would be kept as long as a subscription. */
function newRequestId(): string {
  return Buffer.from(randomUUID()).toString('latin1');
}

/** @throws GatewayError RATE_LIMITED when too many operations run on a socket, the new one included */
function checkRunning(running: number, limit: number): void {
  if (running <= limit) return;
  const message = `The limit of ${limit} operations at the same time on one socket is reached.`;
  throw new GatewayError('RATE_LIMITED', message, { retryable: true });
}
