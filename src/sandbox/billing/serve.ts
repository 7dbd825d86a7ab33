import { randomUUID } from 'node:crypto';
import { create, isMessage } from '@bufbuild/protobuf';
import { durationFromMs } from '@bufbuild/protobuf/wkt';
import {
  type handleUnaryCall,
  type Metadata,
  type ServerUnaryCall,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import { RetryInfoSchema } from '../../gen/google/rpc/error_details_pb.ts';
import { OperationSchema } from '../../gen/yandex/cloud/operation/operation_pb.ts';
import { type AccessRules, type BackendContext, delay } from '../backend.ts';
import type { FaultEffect } from '../faults.ts';
import { failureTrailers, pack, requestIds, StatusError } from './status.ts';

/** What a handler may read of a call beside its request. */
interface Received {
  readonly metadata: Metadata;
  /** `host:port` by which the client reached the server. */
  readonly authority: string;
}

/** Handles a request; throws StatusError to fail the call. */
type Handle<I, O> = (request: I, received: Received) => O;

/** Wraps a method's handler. */
type Wrap = <I, O>(method: string, handle: Handle<I, O>) => handleUnaryCall<I, O>;

export interface Serve {
  /** Adds counting, faults, authentication, request ids and errors. */
  readonly method: Wrap;
  /** The same without authentication, for the methods that clients call to obtain a token. */
  readonly open: Wrap;
}

export interface ServeContext extends BackendContext {
  /** Closes the connection that a peer (`host:port`) has to this server. */
  readonly disconnect: (peer: string) => void;
  readonly pollIntervalSeconds: () => number | null;
}

export function createServe(context: ServeContext): Serve {
  const wrap =
    (own: ServeContext): Wrap =>
    (method, handle) =>
    (call, callback) => {
      const headers = textHeaders(call.metadata);
      const finish = own.calls.start({ backend: 'billing', method, headers, batched: false });
      call.once('cancelled', finish);
      void respond(own, method, handle, call, (...response) => {
        finish();
        callback(...response);
      });
    };
  return {
    method: wrap(context),
    open: wrap({ ...context, access: { token: undefined, anonymous: true } }),
  };
}

async function respond<I, O>(
  context: ServeContext,
  method: string,
  handle: Handle<I, O>,
  call: ServerUnaryCall<I, O>,
  callback: sendUnaryData<O>,
): Promise<void> {
  const { latencyMs, effect, executed } = context.faults.decide('billing', method);
  await delay(latencyMs, context.closing);
  if (call.cancelled || context.closing.aborted) return;
  const requestId = randomUUID();
  const traceId = randomUUID();
  try {
    if (effect !== undefined && !executed) return applyFault(context, effect, call);
    authenticate(context.access, call.metadata);
    const response = handle(call.request, {
      metadata: call.metadata,
      authority: call.getHost(),
    });
    if (effect !== undefined) return applyFault(context, effect, call);
    const headers = requestIds(requestId, traceId);
    addPollInterval(headers, response, context.pollIntervalSeconds());
    call.sendMetadata(headers);
    callback(null, response);
    context.log.debug({ method, requestId }, 'billing call succeeded');
  } catch (error) {
    // A failed call sends no headers; its request ids are in the trailers, as with the vendor.
    const failure = toStatusError(error);
    const metadata = failureTrailers(failure, requestId, traceId);
    callback({ code: failure.code, details: failure.message, metadata });
    context.log.debug({ method, requestId, code: failure.code }, 'billing call failed');
  }
}

/** Throws the status of a fault, or leaves the call without a response. */
function applyFault(
  context: ServeContext,
  effect: FaultEffect,
  call: { getPeer(): string },
): undefined {
  if (effect.type === 'hang') return;
  if (effect.type !== 'close') throw faultError(effect);
  context.disconnect(call.getPeer());
}

/** Throws UNAUTHENTICATED when the sandbox requires a token and the call has none or a different one. */
function authenticate({ token, anonymous }: AccessRules, metadata: Metadata): void {
  const [header] = metadata.get('authorization');
  if (header === undefined) {
    if (anonymous) return;
    throw new StatusError(status.UNAUTHENTICATED, 'The token is missing');
  }
  const given = /^Bearer (.+)$/i.exec(header.toString())?.[1];
  if (given !== undefined && (token === undefined || given === token)) return;
  throw new StatusError(status.UNAUTHENTICATED, 'The token is invalid');
}

function addPollInterval(headers: Metadata, response: unknown, seconds: number | null): void {
  if (seconds !== null && isMessage(response, OperationSchema)) {
    headers.set('x-operation-poll-interval', String(seconds));
  }
}

function toStatusError(error: unknown): StatusError {
  return error instanceof StatusError ? error : new StatusError(status.INTERNAL, String(error));
}

function faultError(effect: FaultEffect): StatusError {
  if (effect.type !== 'grpc') return new StatusError(status.UNAVAILABLE, 'Injected fault');
  const { code, message = 'Injected fault', retryAfterMs } = effect;
  if (retryAfterMs === undefined) return new StatusError(code, message);
  const retry = create(RetryInfoSchema, { retryDelay: durationFromMs(retryAfterMs) });
  return new StatusError(code, message, [pack(RetryInfoSchema, retry)]);
}

function textHeaders(metadata: Metadata): Record<string, string> {
  return Object.fromEntries(
    Object.entries(metadata.getMap()).map(([name, value]) => [name, value.toString()]),
  );
}
