import { type Kysely, type RawBuilder, type SelectQueryBuilder, sql } from 'kysely';
import { badInput } from '../../domain/error.ts';
import type { NotificationFilter } from '../../domain/notification.ts';
import type { Database } from '../database/database.ts';
import { type PageQuery, readPages } from '../database/pages.ts';
import type { Tables } from '../database/tables.ts';
import { isTenantsCustomer } from '../links/tenant-conditions.ts';
import { MAX_ROWS } from '../operations/rows.ts';

type Selected<Row> = SelectQueryBuilder<Tables, 'notifications', Row>;

/** The direction to read in from a sequence, which is itself excluded. */
export interface Place {
  readonly side: '<' | '>';
  readonly sequence: number;
  readonly order: 'asc' | 'desc';
  readonly limit: number;
}

/** The selected columns of the notifications that match a filter, from a place on. */
function reading<Row>(
  selected: Selected<Row>,
  db: Kysely<Tables>,
  filter: NotificationFilter,
  place: Place,
) {
  const { customerId, types, tenant } = filter;
  const placed = selected.orderBy('sequence', place.order).limit(place.limit);
  // For a tenant, the newest of each type may all belong to others.
  if (customerId === undefined && types && !tenant) {
    return placed.where('sequence', 'in', sequencesOf(db, types, filter, place));
  }
  return placed.where('sequence', place.side, place.sequence).where(matches(filter));
}

/** Whether a notification matches every condition of a filter. */
function matches(filter: NotificationFilter): RawBuilder<boolean> {
  const { customerId, types, from, until, tenant } = filter;
  const conditions = [
    customerId !== undefined && sql`customer_id = ${customerId}`,
    types && sql`type in (${sql.join(types)})`,
    from && sql`received_at >= ${from.getTime()}`,
    until && sql`received_at < ${until.getTime()}`,
    tenant && isTenantsCustomer(tenant, 'notifications.customer_id'),
  ].filter((condition) => condition !== undefined && condition !== false);
  return conditions.length === 0 ? sql`1 = 1` : sql`${sql.join(conditions, sql` and `)}`;
}

/** The numbers of notifications that match the filters, in their order. */
export async function countNotifications(
  database: Database,
  filters: readonly NotificationFilter[],
): Promise<readonly number[]> {
  const found = await readPages(database, filters, (db, some) =>
    some.flatMap((filter, page) =>
      filter.types?.length === 0
        ? []
        : db
            .selectFrom('notifications')
            .select(({ fn }) => [
              sql.lit(page).as('page'),
              fn.countAll<number | string>().as('count'),
            ])
            .where(matches(filter)),
    ),
  );
  return found.map(([row]) => Number(row?.count ?? 0));
}

/** As `reading`, up to the message with which all have `maxBytes` or more together; not sorted. */
export function readAfter(
  db: Kysely<Tables>,
  filter: NotificationFilter,
  place: Place,
  maxBytes: number,
) {
  const size = sql<number>`octet_length(notification)`.as('bytes');
  const found = reading(entries(db).select(size), db, filter, place);
  const before = sql<number>`sum(bytes) over (order by sequence) - bytes`.as('before');
  return db
    .selectFrom(db.selectFrom(found.as('found')).selectAll().select(before).as('sized'))
    .select(['sequence', 'received_at', 'notification'])
    .where('before', '<', maxBytes);
}

/** An empty list when the query cannot match anything. */
export function pageQuery<Row>(
  selected: Selected<Row>,
  db: Kysely<Tables>,
  query: PageQuery<NotificationFilter>,
  page: number,
) {
  const limit = Math.min(query.limit, MAX_ROWS);
  if (limit <= 0 || query.filter.types?.length === 0) return [];
  const sequence = query.before ?? Number.MAX_SAFE_INTEGER;
  const found = reading(selected, db, query.filter, { side: '<', sequence, order: 'desc', limit });
  return [db.selectFrom(found.select(sql.lit(page).as('page')).as('found')).selectAll()];
}

/** Reads each type from its index, so a rare type is not searched for among all others. */
function sequencesOf(
  db: Kysely<Tables>,
  types: NonNullable<NotificationFilter['types']>,
  { from, until }: NotificationFilter,
  { side, sequence, order, limit }: Place,
) {
  const queries = [...new Set(types)].map((type) =>
    db
      .selectFrom(
        db
          .selectFrom('notifications')
          .select('sequence')
          .where('type', '=', type)
          .where(matches({ from, until }))
          .where('sequence', side, sequence)
          .orderBy('sequence', order)
          .limit(limit)
          .as(type),
      )
      .select('sequence'),
  );
  return queries.reduce((all, query) => all.unionAll(query));
}

export function entries(db: Kysely<Tables>) {
  return db.selectFrom('notifications').select(['sequence', 'received_at', 'notification']);
}

/** Each with its size; without the message itself when that has more than `maxBytes`. */
function sizedEntries(db: Kysely<Tables>, maxBytes: number) {
  const size = sql<number>`octet_length(notification)`;
  return db
    .selectFrom('notifications')
    .select([
      'sequence',
      'received_at',
      size.as('bytes'),
      sql<string | null>`case when ${size} <= ${sql.lit(maxBytes)} then notification end`.as(
        'notification',
      ),
    ]);
}

/** A message has 1 MB at most, so this is larger than any. */
const LARGEST = 2_000_000;

/**
 * Reads pages in one statement when their messages are small. Large ones are read only when all
 * messages have `maxBytes` at most.
 * @throws GatewayError BAD_USER_INPUT when they have more
 */
export async function readSizedPages(
  database: Database,
  queries: readonly PageQuery<NotificationFilter>[],
  maxBytes: number,
) {
  const rows = queries.reduce((sum, { limit }) => sum + Math.min(limit, MAX_ROWS), 0);
  const share = Math.min(LARGEST, Math.floor(maxBytes / Math.max(1, rows)));
  const pages = await readPages(database, queries, (db, some) =>
    some.flatMap((query, page) => pageQuery(sizedEntries(db, share), db, query, page)),
  );
  const large = pages.flat().filter(({ notification }) => notification === null);
  if (large.length > 0) checkSize(pages.flat(), maxBytes, queries.length);
  const messages = await readMessages(
    database,
    large.map(({ sequence }) => sequence),
  );
  return pages.map((page) =>
    page.map(({ notification, ...row }) => ({
      ...row,
      notification: notification ?? messages.get(row.sequence) ?? '',
    })),
  );
}

function checkSize(
  rows: readonly { readonly sequence: number; readonly bytes: number }[],
  maxBytes: number,
  pages: number,
): void {
  let bytes = 0;
  let fits = 0;
  for (const row of rows.toSorted((a, b) => b.sequence - a.sequence)) {
    bytes += row.bytes;
    if (bytes <= maxBytes) fits++;
  }
  if (bytes <= maxBytes) return;
  // The page has one row more than was asked for, which says whether another page follows.
  const advice = pages === 1 ? `first: ${Math.max(1, fits - 1)} or less` : 'a smaller first';
  throw badInput(
    `The messages of these notifications have ${bytes} bytes, and at most ${maxBytes} are read at once. Use ${advice}.`,
  );
}

async function readMessages(
  database: Database,
  sequences: readonly number[],
): Promise<ReadonlyMap<number, string>> {
  if (sequences.length === 0) return new Map();
  const rows = await database.read((db) =>
    db
      .selectFrom('notifications')
      .select(['sequence', 'notification'])
      .where('sequence', 'in', [...new Set(sequences)])
      .execute(),
  );
  return new Map(rows.map(({ sequence, notification }) => [sequence, notification]));
}
