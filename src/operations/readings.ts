import { GatewayError } from '../domain/error.ts';
import type { Operation } from '../domain/operation.ts';

/**
 * Checks that a response of the billing API is about the operation that was requested.
 * @throws GatewayError INTERNAL_SERVER_ERROR when its id is empty, contains U+0000 or differs
 */
export function assertRequested(operation: Operation, operationId: string): void {
  const { operationId: returned } = operation;
  if (returned !== '' && !returned.includes('\u0000') && returned === operationId) return;
  const message = 'The billing API returned another operation than the requested one.';
  throw new GatewayError('INTERNAL_SERVER_ERROR', message, { service: 'billing' });
}
