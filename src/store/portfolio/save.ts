import { type Kysely, sql, type Transaction } from 'kysely';
import { billingKeyString } from '../../domain/customer.ts';
import type { Database } from '../database/database.ts';
import type { Tables } from '../database/tables.ts';
import { type Batch, keyOf, type StoredSubscription } from './batch.ts';
import { type Cause, changedColumns, differences, isChanged } from './differences.ts';
import type { Folded } from './fold.ts';
import { padded, pieces } from './pieces.ts';
import type { Projection } from './project.ts';
import {
  type CustomerRow,
  type SubscriptionRow,
  searchOfCustomer,
  searchOfSubscription,
} from './rows.ts';
import { copyOf, saveTexts } from './texts.ts';

export interface Saving {
  readonly database: Database;
  readonly trx: Transaction<Tables>;
  /** How the changes of rows without an observation of their own came about. */
  readonly cause: Cause;
  /** Whether rows that are new are changes: not before the first whole sweep. */
  readonly recordsNew: boolean;
}

/** Writes the rows that differ, and the history. Returns the number of changes. */
export async function save(
  saving: Saving,
  batch: Batch,
  folded: Folded,
  projection: Projection,
): Promise<number> {
  const { trx } = saving;
  await saveHalves(trx, batch, folded);
  await saveCustomers(saving, batch, projection);
  return saveSubscriptions(saving, batch, folded, projection);
}

async function saveHalves(trx: Kysely<Tables>, batch: Batch, folded: Folded): Promise<void> {
  const billing = [...folded.billing.values()].filter(
    (row) => batch.billing.get(billingKeyString(keyOf(row))) !== row,
  );
  const reseller = [...folded.reseller.values()].filter(
    (row) => batch.reseller.get(row.customer_id) !== row,
  );
  for (const rows of pieces(billing)) {
    await trx
      .insertInto('portfolio_billing')
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(['reseller_id', 'customer_id']).doUpdateSet(({ ref }) => ({
          account_id: ref('excluded.account_id'),
          account_name: ref('excluded.account_name'),
          account_active: ref('excluded.account_active'),
          currency: ref('excluded.currency'),
          country_code: ref('excluded.country_code'),
          observed_at: ref('excluded.observed_at'),
          details_at: ref('excluded.details_at'),
          gone: ref('excluded.gone'),
        })),
      )
      .execute();
  }
  for (const rows of pieces(reseller)) {
    await trx
      .insertInto('portfolio_reseller')
      .values(rows)
      .onConflict((conflict) =>
        conflict.column('customer_id').doUpdateSet(({ ref }) => ({
          customer_domain: ref('excluded.customer_domain'),
          organization_name: ref('excluded.organization_name'),
          country_code: ref('excluded.country_code'),
          admin_email: ref('excluded.admin_email'),
          observed_at: ref('excluded.observed_at'),
          details_at: ref('excluded.details_at'),
          gone: ref('excluded.gone'),
        })),
      )
      .execute();
  }
}

async function saveCustomers(
  { database, trx }: Saving,
  batch: Batch,
  { customers }: Projection,
): Promise<void> {
  const stale = [...batch.customers.values()].filter(({ id }) => !customers.has(id));
  await deleteCustomers(
    trx,
    stale.map(({ number }) => number),
  );
  const added: CustomerRow[] = [];
  const texts = new Map<number, string>();
  const touched = new Map<number, number[]>();
  for (const row of customers.values()) {
    const stored = batch.customers.get(row.id);
    if (!stored) {
      added.push(row);
      continue;
    }
    const { number } = stored;
    if (isChanged<CustomerRow>(stored, row)) {
      const text = searchOfCustomer(row);
      const isSameText = searchOfCustomer(stored) === text;
      await trx
        .updateTable('portfolio_customers')
        .set(changedColumns<CustomerRow>(stored, row))
        .$if(!isSameText, (update) => update.set(copyOf(database, text)))
        .where('number', '=', number)
        .execute();
      if (!isSameText) texts.set(number, text);
    } else if (stored.observed_at !== row.observed_at) addTo(touched, row.observed_at, number);
  }
  await touch(trx, 'portfolio_customers', touched);
  for (const some of pieces(added)) {
    const numbers = await trx
      .insertInto('portfolio_customers')
      .values(some.map((row) => ({ ...row, ...copyOf(database, searchOfCustomer(row)) })))
      .returning(['number', 'id'])
      .execute();
    for (const { number, id } of numbers) {
      const row = customers.get(id);
      if (row) texts.set(number, searchOfCustomer(row));
    }
  }
  await saveTexts(trx, 'portfolio_customer_search', texts, added.length);
}

async function deleteCustomers(trx: Kysely<Tables>, numbers: readonly number[]): Promise<void> {
  if (numbers.length === 0) return;
  await trx.deleteFrom('portfolio_customers').where('number', 'in', padded(numbers)).execute();
  await trx.deleteFrom('portfolio_customer_search').where('rowid', 'in', padded(numbers)).execute();
}

async function saveSubscriptions(
  saving: Saving,
  batch: Batch,
  folded: Folded,
  { subscriptions }: Projection,
): Promise<number> {
  const { database, trx } = saving;
  const added: SubscriptionRow[] = [];
  const changed: { row: SubscriptionRow; stored: StoredSubscription }[] = [];
  const touched = new Map<number, number[]>();
  for (const row of subscriptions.values()) {
    const stored = batch.subscriptions.get(row.id);
    if (!stored) added.push(row);
    else if (isChanged<SubscriptionRow>(stored, row)) changed.push({ row, stored });
    else if (stored.observed_at !== row.observed_at) {
      addTo(touched, row.observed_at, stored.number);
    }
  }
  const texts = new Map<number, string>();
  for (const { row, stored } of changed) {
    const text = searchOfSubscription(row);
    const isSameText = searchOfSubscription(stored) === text;
    await trx
      .updateTable('portfolio_subscriptions')
      .set(changedColumns<SubscriptionRow>(stored, row))
      .$if(!isSameText, (update) => update.set(copyOf(database, text)))
      .where('number', '=', stored.number)
      .execute();
    if (!isSameText) texts.set(stored.number, text);
  }
  await touch(trx, 'portfolio_subscriptions', touched);
  for (const some of pieces(added)) {
    const numbers = await trx
      .insertInto('portfolio_subscriptions')
      .values(some.map((row) => ({ ...row, ...copyOf(database, searchOfSubscription(row)) })))
      .returning(['number', 'id'])
      .execute();
    for (const { number, id } of numbers) {
      const row = subscriptions.get(id);
      if (row) texts.set(number, searchOfSubscription(row));
    }
  }
  await saveTexts(trx, 'portfolio_subscription_search', texts, added.length);
  const news = saving.recordsNew ? added.map((row) => ({ row, stored: null })) : [];
  return saveChanges(saving, folded, [...changed, ...news]);
}

async function saveChanges(
  { database, trx, cause }: Saving,
  folded: Folded,
  rows: readonly { readonly row: SubscriptionRow; readonly stored: StoredSubscription | null }[],
): Promise<number> {
  const changes = rows.flatMap(({ row, stored }) => {
    const observation = folded.causes.get(row.id);
    const { source, writeId = null } = observation ?? cause;
    return differences(stored, row).map((difference) => ({
      ...{ row_id: row.id, customer_id: row.customer_id, source, write_id: writeId },
      ...{ ...difference, at: sql<number>`${database.now}` },
    }));
  });
  if (changes.length === 0) return 0;
  await database.serialiseAppends(trx, 'portfolio_changes');
  for (const some of pieces(changes)) {
    await trx.insertInto('portfolio_changes').values(some).execute();
  }
  return changes.length;
}

/** Stores only that rows were observed, by the time. */
async function touch(
  trx: Kysely<Tables>,
  table: 'portfolio_customers' | 'portfolio_subscriptions',
  touched: ReadonlyMap<number, readonly number[]>,
): Promise<void> {
  for (const [at, numbers] of touched) {
    await trx
      .updateTable(table)
      .set({ observed_at: at })
      .where('number', 'in', padded(numbers))
      .execute();
  }
}

function addTo(map: Map<number, number[]>, key: number, value: number): void {
  const values = map.get(key);
  if (values) values.push(value);
  else map.set(key, [value]);
}
