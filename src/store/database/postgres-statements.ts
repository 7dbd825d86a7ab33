import type { QueryConfig } from 'pg';
import type { AppendOnlyTable } from './database.ts';

export const CHANNEL = 'gateway_changes';
/** PostgreSQL rejects payloads of 8000 bytes and more. */
const MAX_PAYLOAD_BYTES = 7_999;

/** Arbitrary keys, the same in all instances and different from the one Kysely migrates with. */
const appendKeys = {
  operation_entries: 7_340_512_001,
  notifications: 7_340_512_002,
  writes: 7_340_512_003,
  portfolio_changes: 7_340_512_004,
} as const satisfies Record<AppendOnlyTable, number>;

/**
 * Takes the lock of every name until the transaction ends, in the order of their keys: transactions
 * that take several cannot deadlock. Later statements see what earlier holders committed.
 */
export function namedLocks(names: readonly string[]): QueryConfig {
  return {
    text: `select pg_advisory_xact_lock(key) from (
      select distinct hashtextextended(name, 0) as key from unnest($1::text[]) as name order by key
    ) as keys`,
    values: [[...names]],
  };
}

/** Takes the locks of `serialiseAppends` until the transaction ends, in the order of the tables' names. */
export function appendLocks(tables: readonly AppendOnlyTable[]): QueryConfig {
  const locks = tables.toSorted().map((table) => `pg_advisory_xact_lock(${appendKeys[table]})`);
  return { text: `select ${locks.join(', ')}` };
}

/**
 * Notifies the other instances when the transaction commits.
 * @param sender this store's prefix of the payloads
 */
export function notifyAll(sender: string, changes: readonly string[]): QueryConfig {
  const payloads = changes.map((change) => {
    const payload = `${sender} ${change}`;
    // An empty change means that anything may have changed.
    return Buffer.byteLength(payload) > MAX_PAYLOAD_BYTES ? `${sender} ` : payload;
  });
  return {
    text: 'select pg_notify($1, payload) from unnest($2::text[]) as payload',
    values: [CHANNEL, payloads],
  };
}
