import { randomUUID } from 'node:crypto';
import type { CallScope } from '../domain/call-scope.ts';
import { GatewayError } from '../domain/error.ts';
import { activeSpan } from '../domain/tracing.ts';
import { requestHash } from '../store/writes/request-hash.ts';
import type { NewWrite } from '../store/writes/write-store.ts';
import type { WriteCaller, WriteSpec } from './write-spec.ts';

/** A write as it would be recorded. A caller without an idempotency key gets a new one. */
export function describe<A, T>(
  spec: WriteSpec<A, T>,
  { viewer, agent, idempotencyKey }: WriteCaller,
  { requestId }: CallScope,
): NewWrite {
  const { mutation, target, serialiseOn, request, input, linkTo } = spec;
  return {
    ...{ mutation, target, serialiseOn, request, input, linkTo, viewer, agent, requestId },
    trace: activeSpan()?.context ?? null,
    id: randomUUID(),
    requestHash: requestHash(request),
    snapshot: null,
    idempotencyKey: idempotencyKey ?? randomUUID(),
    isKeyGiven: idempotencyKey !== null,
    upstreamKey: randomUUID(),
  };
}

/** The key names another request. */
export function keyConflict(): GatewayError {
  const message = 'This idempotency key was used for a different request; use a new key.';
  return new GatewayError('CONFLICT', message);
}

/** An unfinished write is going to link the same reseller customer. */
export function linkTaken(resellerCustomerId: string | null): GatewayError {
  const message = `Another operation in progress will link the reseller customer ${resellerCustomerId}.`;
  return new GatewayError('CONFLICT', message);
}
