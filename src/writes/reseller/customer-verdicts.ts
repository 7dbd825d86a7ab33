import { isManagedElsewhere, type ResellerCustomer } from '../../domain/customer.ts';
import type { NotificationWatch } from '../../domain/notification.ts';
import type { CustomerInput } from '../../domain/order.ts';
import type { ReadBack } from '../write-spec.ts';
import type { WatchRequest } from './requests.ts';
import type { CustomerSnapshot } from './snapshots.ts';
import { ABSENT, done, same, UNCLEAR } from './verdict.ts';

/** Done: the customer was not this reseller's before, and now is, with the data that was sent. */
export function customerOrdered(
  { alternateEmail, postalAddress }: CustomerInput,
  before: CustomerSnapshot,
  after: ResellerCustomer | null,
): ReadBack<ResellerCustomer> {
  if (before.isFull) return UNCLEAR;
  if (!after || isManagedElsewhere(after)) return ABSENT;
  return matches(sentFields({ alternateEmail, postalAddress }), after) ? done(after) : UNCLEAR;
}

/**
 * Done: the fields that were sent are read. The vendor drops an invalid phone number without an
 * error, so a different one proves nothing.
 */
export function customerUpdated(
  { phoneNumber, ...others }: CustomerInput,
  before: CustomerSnapshot,
  after: ResellerCustomer | null,
): ReadBack<ResellerCustomer> {
  if (!after) return UNCLEAR;
  const sent = sentFields(others);
  const paths = [...sent.keys()];
  if (paths.length === 0) {
    const isThere = phoneNumber !== undefined && same(after.phoneNumber, phoneNumber);
    return isThere ? done(after) : UNCLEAR;
  }
  if (matches(sent, after)) return done(after);
  const now = fieldsOf(after, paths);
  const isUnchanged = paths.every((path) => same(now[path] ?? null, before.fields[path] ?? null));
  return isUnchanged ? ABSENT : UNCLEAR;
}

/** Done: the service account is registered, or is not. */
export function watchChanged(
  { mutation, serviceAccountEmailAddress }: WatchRequest,
  watch: NotificationWatch,
): ReadBack<NotificationWatch> {
  const addresses = watch.serviceAccountEmailAddresses;
  if (!addresses) return UNCLEAR;
  const isRegistered = addresses.some((address) => same(address, serviceAccountEmailAddress));
  return isRegistered === (mutation === 'registerNotifications') ? done(watch) : ABSENT;
}

/** @param sent the input that is about to be sent */
export function snapshotOfCustomer(
  customer: ResellerCustomer | null,
  sent: CustomerInput,
): CustomerSnapshot {
  if (!customer) return { isFull: null, fields: {} };
  const paths = [...sentFields(sent).keys()];
  return { isFull: !isManagedElsewhere(customer), fields: fieldsOf(customer, paths) };
}

/** The sent fields that can be read back, by path: not the primary admin of a domain customer. */
function sentFields({ postalAddress = {}, primaryAdmin: _, ...plain }: CustomerInput) {
  const fields = new Map<string, string>();
  for (const [name, value] of Object.entries(plain)) {
    if (value !== undefined) fields.set(name, value);
  }
  for (const [name, value] of Object.entries(postalAddress)) {
    if (value !== undefined) fields.set(`postalAddress.${name}`, value);
  }
  return fields;
}

function fieldsOf(
  { postalAddress, ...customer }: ResellerCustomer,
  paths: readonly string[],
): Record<string, string | null> {
  const values = new Map<string, unknown>(Object.entries(customer));
  for (const [name, value] of Object.entries(postalAddress ?? {})) {
    values.set(`postalAddress.${name}`, value);
  }
  const text = (value: unknown) => (typeof value === 'string' ? value : null);
  return Object.fromEntries(paths.map((path) => [path, text(values.get(path))]));
}

function matches(sent: ReadonlyMap<string, string>, customer: ResellerCustomer): boolean {
  const now = fieldsOf(customer, [...sent.keys()]);
  return [...sent].every(([path, value]) => same(now[path] ?? null, value));
}
