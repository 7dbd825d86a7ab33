import type { Transaction } from 'kysely';
import {
  type Notification,
  type NotificationEntry,
  type NotificationFilter,
  notificationType,
} from '../../domain/notification.ts';
import { announcementOf, type Changes } from '../database/changes.ts';
import type { Database } from '../database/database.ts';
import type { PageQuery } from '../database/pages.ts';
import { lastSequence, pruneOldest } from '../database/sequences.ts';
import type { Tables } from '../database/tables.ts';
import { MAX_ROWS } from '../operations/rows.ts';
import { decodeNotification, encodeNotification } from './notification-json.ts';
import {
  countNotifications,
  entries,
  type Place,
  readAfter,
  readSizedPages,
} from './notification-reads.ts';

export type NotificationStore = ReturnType<typeof notificationStore>;

/** Publishes the reseller API's customer id of every new notification; empty when it names none. */
/**
 * Every notification that was received, stored once. A write that resolves survives a crash. Every
 * method rejects with a GatewayError, like those of the operation journal. Lists return at most
 * `limit` rows, and never more than 1000.
 */
export function notificationStore(database: Database, changes: Changes) {
  return {
    /** Appends notifications in one transaction; skips those whose message id is stored already. */
    async append(notifications: readonly Notification[]): Promise<void> {
      if (notifications.length === 0) return;
      const added = await database.write((trx) => appendIn(database, trx, notifications));
      for (const customer of added) changes.publish('notification', customer);
    },
    /** Null when no notification has this message id. */
    async get(messageId: string): Promise<NotificationEntry | null> {
      const row = await database.read((db) =>
        entries(db).where('message_id', '=', messageId).executeTakeFirst(),
      );
      return row ? toEntry(row) : null;
    },
    /**
     * Notifications after `sequence`, oldest first. A sequence becomes visible only after all lower
     * ones, so a reader that continues from its last sequence misses nothing. Ends with the message
     * with which all have `maxBytes` or more together.
     */
    async after(
      filter: NotificationFilter,
      sequence: number,
      limit = MAX_ROWS,
      maxBytes = Number.MAX_SAFE_INTEGER,
    ): Promise<readonly NotificationEntry[]> {
      if (filter.types?.length === 0) return [];
      const place: Place = { side: '>', sequence, order: 'asc', limit: Math.min(limit, MAX_ROWS) };
      const rows = await database.read((db) => readAfter(db, filter, place, maxBytes).execute());
      return rows.toSorted((a, b) => a.sequence - b.sequence).map(toEntry);
    },
    /**
     * Pages, newest first, in the order of the queries. Rejects with GatewayError BAD_USER_INPUT when
     * their messages have more than `maxBytes` together; large ones are then not read.
     */
    async pages(
      queries: readonly PageQuery<NotificationFilter>[],
      maxBytes = Infinity,
    ): Promise<readonly (readonly NotificationEntry[])[]> {
      const found = await readSizedPages(database, queries, maxBytes);
      // A union returns its rows in no particular order.
      return found.map((rows) => rows.toSorted((a, b) => b.sequence - a.sequence).map(toEntry));
    },
    /** The numbers of notifications that match the filters, in their order. */
    counts: (filters: readonly NotificationFilter[]) => countNotifications(database, filters),
    /** The highest sequence; 0 when nothing is stored. */
    lastSequence: () => lastSequence(database, 'notifications'),
    /**
     * Deletes up to `limit` notifications that were received more than `ageMs` ago, except the newest
     * of all. Returns their number.
     */
    prune: (ageMs: number, limit: number) =>
      pruneOldest(database, ['notifications', 'received_at'], ageMs, limit),
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

function toEntry(row: {
  readonly sequence: number;
  readonly received_at: number;
  readonly notification: string;
}): NotificationEntry {
  return {
    notification: decodeNotification(row.notification),
    sequence: row.sequence,
    receivedAt: new Date(row.received_at),
    bytes: Buffer.byteLength(row.notification),
  };
}
