import { badInput } from '../../domain/error.ts';
import type { SubscriptionKey } from '../../domain/order.ts';

const PREFIX = 'apps/reseller/v1/';

/** Query parameters; undefined values are omitted. */
export type Query = Readonly<Record<string, string | number | undefined>>;

/** A path relative to the endpoint, for example `apps/reseller/v1/customers/C1`. */
export function methodPath(segments: readonly string[], query?: Query): string {
  const path = `${PREFIX}${segments.join('/')}`;
  if (!query) return path;
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) params.set(name, wellFormed(String(value), name));
  }
  const search = params.size > 0 ? `?${params}` : '';
  return `${path}${search}`;
}

export function customerPath(id: string): string[] {
  return ['customers', segment(id, 'The customer id')];
}

export function subscriptionPath({ customerId, subscriptionId }: SubscriptionKey): string[] {
  return [
    ...customerPath(customerId),
    'subscriptions',
    segment(subscriptionId, 'The subscription id'),
  ];
}

/**
 * An id as one path segment. Throws BAD_USER_INPUT for an empty id, `.` and `..`, which would change
 * the path even when encoded, and for strings that cannot be encoded.
 */
function segment(id: string, name: string): string {
  if (id === '' || id === '.' || id === '..') throw badInput(`${name} is invalid.`);
  return encodeURIComponent(wellFormed(id, name));
}

/** A parameter that must not be empty: the backend ignores an empty filter and returns more. */
export function nonEmpty(value: string | undefined, name: string): string | undefined {
  if (value === '') throw badInput(`${name} must not be empty.`);
  return value;
}

function wellFormed(value: string, name: string): string {
  if (!value.isWellFormed()) throw badInput(`${name} must be well-formed Unicode.`);
  return value;
}
