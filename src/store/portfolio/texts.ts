import { type Kysely, sql } from 'kysely';
import type { Database } from '../database/database.ts';
import type { Tables } from '../database/tables.ts';
import { padded, pieces } from './pieces.ts';

type Search = 'portfolio_subscription_search' | 'portfolio_customer_search';

/** Transactions that change rows of the portfolio run one after the other. */
export const PORTFOLIO_LOCK = 'portfolio';
/** Rows per statement of `completeTexts`: few, so that other writes wait only for a short time. */
const ROWS_AT_ONCE = 1_000;

const tables = [
  ['portfolio_subscriptions', 'portfolio_subscription_search'],
  ['portfolio_customers', 'portfolio_customer_search'],
] as const;

/** @param added how many of the texts are of rows that had none */
export async function saveTexts(
  trx: Kysely<Tables>,
  table: Search,
  texts: ReadonlyMap<number, string>,
  added: number,
): Promise<void> {
  if (texts.size === 0) return;
  // An FTS5 table has no conflicts to update on.
  if (texts.size > added) {
    await trx
      .deleteFrom(table)
      .where('rowid', 'in', padded([...texts.keys()]))
      .execute();
  }
  const rows = [...texts].map(([rowid, search]) => ({ rowid, search }));
  for (const some of pieces(rows)) await trx.insertInto(table).values(some).execute();
}

/**
 * The copy of a row's text, for the row itself. PostgreSQL finds rare words through the indexes of the
 * texts' own table, and tests common ones on the rows: a join of all rows takes four times as long.
 * SQLite has no copies: there, the join is a read of the table by its key.
 */
export function copyOf({ kind }: Database, text: string): { readonly search?: string } {
  return kind === 'postgres' ? { search: text } : {};
}

/** Copies the texts of rows that have none, which an instance of an earlier version has written. */
export async function completeTexts(database: Database): Promise<void> {
  if (database.kind !== 'postgres') return;
  for (const [name, search] of tables) {
    const table = sql.table(name);
    const copy = sql`update ${table} as s set search = t.search from ${sql.table(search)} as t
      where t.rowid = s.number and s.number in (
        select number from ${table} where search is null limit ${sql.lit(ROWS_AT_ONCE)})`;
    for (let copied = ROWS_AT_ONCE; copied === ROWS_AT_ONCE; ) {
      const { numAffectedRows } = await database.write(async (trx) => {
        await database.lock(trx, [PORTFOLIO_LOCK]);
        return copy.execute(trx);
      });
      copied = Number(numAffectedRows);
    }
  }
}
