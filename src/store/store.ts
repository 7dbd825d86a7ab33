import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { announcementOf, Changes } from './database/changes.ts';
import type { ChangeListener, Database, StoreLog } from './database/database.ts';
import { openPostgres } from './database/postgres.ts';
import { openSqlite } from './database/sqlite.ts';
import { StoreError } from './database/store-error.ts';
import { type CustomerLinks, customerLinks } from './links/customer-links.ts';
import { type NotificationStore, notificationStore } from './notifications/notification-store.ts';
import { entryReads } from './operations/entry-reads.ts';
import { entryWrites } from './operations/entry-writes.ts';
import { intents } from './operations/intents.ts';
import type { DurableJournal } from './operations/journal.ts';
import { leases } from './operations/leases.ts';
import { operationPages } from './operations/operation-pages.ts';

export { StoreError };

/** The gateway's own durable state. */
export interface Store {
  readonly journal: DurableJournal;
  readonly links: CustomerLinks;
  readonly notifications: NotificationStore;
  /**
   * Tells the id of every operation that changed, here or (on PostgreSQL) in another instance, when
   * the change can be read; null when any may have changed, after a gap. Gives the way to stop it.
   */
  onChange(listener: ChangeListener): () => void;
  /**
   * Likewise of new notifications: the reseller API's id of the customer, empty when it is not known.
   */
  onNotification(listener: ChangeListener): () => void;
  /** Tells the other instances that somebody watches these operations here. */
  tellWatched(operationIds: readonly string[]): Promise<void>;
  /** Tells of every operation that is said to be watched in another instance. */
  onWatched(listener: ChangeListener): () => void;
  /** @throws GatewayError UNAVAILABLE when the database does not answer */
  ping(): Promise<void>;
  /** Gives this instance's leases back, and lets go of the database. Once is enough. */
  close(): Promise<void>;
}

export interface StoreOptions {
  readonly log: StoreLog;
  /** Who holds the leases: unique among the instances on one database. Made up when not given. */
  readonly instanceId?: string | undefined;
}

/**
 * Opens the database and migrates it; several instances may do so at once.
 * @param url `sqlite:PATH` (the directory is made when it is missing; `sqlite::memory:` lives as long
 *   as the store) or `postgres://user:password@host:port/name`
 * @throws StoreError, with a sentence for the operator that holds no secret, when the database cannot
 *   be used: newer than the program, unreadable, locked, not there
 */
export async function openStore(url: string, options: StoreOptions): Promise<Store> {
  const { instanceId = randomUUID(), log } = options;
  const changes = new Changes(log);
  const database = await openDatabase(url, log, (change) => changes.hear(change));
  const journal: DurableJournal = {
    ...intents(database),
    ...entryReads(database),
    ...entryWrites(database, changes, log),
    ...operationPages(database),
    ...leases(database, instanceId),
  };
  let closed: Promise<void> | null = null;
  return {
    journal,
    links: customerLinks(database),
    notifications: notificationStore(database, changes),
    onChange: (listener) => changes.on('operation', listener),
    onNotification: (listener) => changes.on('notification', listener),
    async tellWatched(operationIds) {
      // SQLite has no other instances.
      if (database.kind === 'sqlite') return;
      await database.write(async (trx) => {
        for (const id of operationIds) await database.announce(trx, announcementOf('watched', id));
      });
    },
    onWatched: (listener) => changes.on('watched', listener),
    async ping() {
      await database.read((db) => sql`select 1`.execute(db));
    },
    close() {
      closed ??= close();
      return closed;
    },
  };

  async function close(): Promise<void> {
    changes.clear();
    // Without this the others wait until the leases are over; with the database gone, so be it.
    await journal.releaseAll().catch((err) => log.warn({ err }, 'leases were not released'));
    await database.close();
  }
}

function openDatabase(url: string, log: StoreLog, onChange: ChangeListener): Promise<Database> {
  if (/^postgres(ql)?:\/\//.test(url)) {
    return openPostgres(url, { log, onChange, sender: randomUUID() });
  }
  const path = /^sqlite:(?!\/\/[^/])(.+)$/.exec(url)?.[1];
  if (path) return openSqlite(path);
  throw new StoreError('DATABASE_URL has to be sqlite:PATH or postgres://user:password@host/name.');
}
