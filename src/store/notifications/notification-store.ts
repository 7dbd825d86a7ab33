import { type Kysely, sql, type Transaction } from 'kysely';
import {
  type Notification,
  type NotificationEntry,
  type NotificationFilter,
  notificationType,
} from '../../domain/notification.ts';
import { announcementOf, type Changes } from '../database/changes.ts';
import type { Database } from '../database/database.ts';
import { type PageQuery, readPages } from '../database/pages.ts';
import type { Tables } from '../database/tables.ts';
import { isTenantsCustomer } from '../links/tenant-conditions.ts';
import { MAX_ROWS } from '../operations/rows.ts';
import { decodeNotification, encodeNotification } from './notification-json.ts';

/**
 * Every notification that was received, stored once. A write that resolves survives a crash. Every
 * method rejects with a GatewayError, like those of the operation journal. Lists return at most
 * `limit` rows, and never more than 1000.
 */
export interface NotificationStore {
  /** Appends notifications in one transaction; skips those whose message id is stored already. */
  append(notifications: readonly Notification[]): Promise<void>;
  /** Null when no notification has this message id. */
  get(messageId: string): Promise<NotificationEntry | null>;
  /**
   * Notifications after `sequence`, oldest first. A sequence becomes visible only after all lower
   * ones, so a reader that continues from its last sequence misses nothing.
   */
  after(
    filter: NotificationFilter,
    sequence: number,
    limit?: number,
  ): Promise<readonly NotificationEntry[]>;
  /** Pages, newest first, in the order of the queries. */
  pages(
    queries: readonly PageQuery<NotificationFilter>[],
  ): Promise<readonly (readonly NotificationEntry[])[]>;
  /** The highest sequence; 0 when nothing is stored. */
  lastSequence(): Promise<number>;
}

/** Publishes the reseller API's customer id of every new notification; empty when it names none. */
export function notificationStore(database: Database, changes: Changes): NotificationStore {
  return {
    async append(notifications) {
      if (notifications.length === 0) return;
      const added = await database.write((trx) => appendIn(database, trx, notifications));
      for (const customer of added) changes.publish('notification', customer);
    },
    async get(messageId) {
      const row = await database.read((db) =>
        entries(db).where('message_id', '=', messageId).executeTakeFirst(),
      );
      return row ? toEntry(row) : null;
    },
    async after(filter, sequence, limit = MAX_ROWS) {
      if (filter.types?.length === 0) return [];
      const place: Place = { side: '>', sequence, order: 'asc', limit: Math.min(limit, MAX_ROWS) };
      const rows = await database.read((db) => reading(db, filter, place).execute());
      return rows.map(toEntry);
    },
    async pages(queries) {
      const found = await readPages(queries, (some) =>
        database.read(async (db) => {
          const parts = some.flatMap((query, page) => pageQuery(db, query, page));
          if (parts.length === 0) return [];
          return parts.reduce((all, part) => all.unionAll(part)).execute();
        }),
      );
      // A union returns its rows in no particular order.
      return found.map((rows) => rows.toSorted((a, b) => b.sequence - a.sequence).map(toEntry));
    },
    async lastSequence() {
      const row = await database.read((db) =>
        db
          .selectFrom('notifications')
          .select(({ fn }) => fn.max('sequence').as('last'))
          .executeTakeFirst(),
      );
      return row?.last ?? 0;
    },
  };
}

/** @returns the customers of the notifications that were new */
async function appendIn(
  database: Database,
  trx: Transaction<Tables>,
  notifications: readonly Notification[],
): Promise<ReadonlySet<string>> {
  await database.serialiseAppends(trx, 'notifications');
  const added = await trx
    .insertInto('notifications')
    .values(
      notifications.map((notification) => ({
        message_id: notification.messageId,
        type: notificationType(notification.type),
        customer_id: notification.customerId,
        received_at: database.now,
        notification: encodeNotification(notification),
      })),
    )
    .onConflict((conflict) => conflict.column('message_id').doNothing())
    .returning('customer_id')
    .execute();
  const customers = new Set(added.map((row) => row.customer_id ?? ''));
  for (const customer of customers) {
    await database.announce(trx, announcementOf('notification', customer));
  }
  return customers;
}

/** The direction to read in from a sequence, which is itself excluded. */
interface Place {
  readonly side: '<' | '>';
  readonly sequence: number;
  readonly order: 'asc' | 'desc';
  readonly limit: number;
}

function reading(db: Kysely<Tables>, filter: NotificationFilter, place: Place) {
  const { customerId, types, tenant } = filter;
  const all = entries(db).orderBy('sequence', place.order).limit(place.limit);
  const placed = tenant ? all.where(isTenantsCustomer(tenant, 'notifications.customer_id')) : all;
  // For a tenant, the newest of each type may all belong to others.
  if (customerId === undefined && types && !tenant) {
    return placed.where('sequence', 'in', sequencesOf(db, types, place));
  }
  let own = placed.where('sequence', place.side, place.sequence);
  if (customerId !== undefined) own = own.where('customer_id', '=', customerId);
  return types ? own.where('type', 'in', [...types]) : own;
}

/** An empty list when the query cannot match anything. */
function pageQuery(db: Kysely<Tables>, query: PageQuery<NotificationFilter>, page: number) {
  const limit = Math.min(query.limit, MAX_ROWS);
  if (limit <= 0 || query.filter.types?.length === 0) return [];
  const sequence = query.before ?? Number.MAX_SAFE_INTEGER;
  const found = reading(db, query.filter, { side: '<', sequence, order: 'desc', limit });
  return [db.selectFrom(found.select(sql.lit(page).as('page')).as('found')).selectAll()];
}

/** Reads each type from its index, so a rare type is not searched for among all others. */
function sequencesOf(
  db: Kysely<Tables>,
  types: NonNullable<NotificationFilter['types']>,
  { side, sequence, order, limit }: Place,
) {
  const queries = [...new Set(types)].map((type) =>
    db
      .selectFrom(
        db
          .selectFrom('notifications')
          .select('sequence')
          .where('type', '=', type)
          .where('sequence', side, sequence)
          .orderBy('sequence', order)
          .limit(limit)
          .as(type),
      )
      .select('sequence'),
  );
  return queries.reduce((all, query) => all.unionAll(query));
}

function entries(db: Kysely<Tables>) {
  return db.selectFrom('notifications').select(['sequence', 'received_at', 'notification']);
}

function toEntry(row: {
  readonly sequence: number;
  readonly received_at: number;
  readonly notification: string;
}): NotificationEntry {
  return {
    notification: decodeNotification(row.notification),
    sequence: row.sequence,
    receivedAt: new Date(row.received_at),
  };
}
