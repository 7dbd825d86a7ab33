import { GatewayError } from '../../domain/error.ts';
import { HttpFailure } from './errors.ts';

/**
 * Whether the reseller API, or the gateway before the call left, certainly rejected this call. A 408
 * comes from a front end that may have forwarded the request.
 */
export function isRefused(error: unknown): boolean {
  if (!(error instanceof GatewayError)) return false;
  if (error.nothingSent) return true;
  const { cause } = error;
  if (cause instanceof HttpFailure) {
    return cause.status >= 400 && cause.status < 500 && cause.status !== 408;
  }
  return error.code === 'BAD_USER_INPUT' && error.service === undefined;
}

/**
 * Whether the API denied access to one customer, as it does once another reseller or Google manages
 * the customer. A missing scope denies every call and says nothing about the customer.
 */
export function isCustomerForbidden(error: unknown): boolean {
  if (!(error instanceof GatewayError) || error.code !== 'FORBIDDEN') return false;
  const { cause } = error;
  return cause instanceof HttpFailure && !cause.isDeployment;
}
