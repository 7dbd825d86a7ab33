import { sql, type Transaction } from 'kysely';
import type { CustomerLink } from '../../domain/customer.ts';
import type { Observation } from '../../domain/portfolio.ts';
import { announcementOf } from '../database/changes.ts';
import type { Database } from '../database/database.ts';
import type { Tables } from '../database/tables.ts';
import { type Involved, loadBatch } from './batch.ts';
import type { Cause } from './differences.ts';
import { fold } from './fold.ts';
import { project } from './project.ts';
import type { ProductOf } from './rows.ts';
import { save } from './save.ts';
import { PORTFOLIO_LOCK } from './texts.ts';

/**
 * Joins or separates the halves of customers whose links changed in this transaction.
 * @returns the number of changes
 */
export function relinkRows(
  database: Database,
  trx: Transaction<Tables>,
  links: readonly CustomerLink[],
): Promise<number> {
  const involved: Involved = {
    billing: links.map(({ billing }) => billing),
    resellerCustomerIds: links.map(({ resellerCustomerId }) => resellerCustomerId),
    accountIds: [],
  };
  return updateRows(database, trx, involved, [], () => null);
}

/** Brings the rows of the involved customers up to date. Returns the number of changes. */
export async function updateRows(
  database: Database,
  trx: Transaction<Tables>,
  involved: Involved,
  observations: readonly Observation[],
  productOf: ProductOf,
): Promise<number> {
  await database.lock(trx, [PORTFOLIO_LOCK]);
  const batch = await loadBatch(trx, involved);
  const folded = fold(batch, observations, productOf);
  const recordsNew = await hasBaseline(trx);
  const saving = { database, trx, cause: causeOf(observations), recordsNew };
  const count = await save(saving, batch, folded, project(folded, batch.links));
  if (count > 0) await database.announce(trx, announcementOf('portfolio', ''));
  return count;
}

/** Before the first whole sweep, every row is new. */
async function hasBaseline(trx: Transaction<Tables>): Promise<boolean> {
  const row = await trx
    .selectFrom('portfolio_sweeps')
    .select(sql<number>`1`.as('found'))
    .where('as_of', '>', 0)
    .executeTakeFirst();
  return row !== undefined;
}

/** Links change by mutations. */
function causeOf([first]: readonly Observation[]): Cause {
  return { source: first?.source ?? 'MUTATION', writeId: first?.writeId ?? null };
}
