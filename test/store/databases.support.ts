import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { openStore, type Store } from '../../src/store/store.ts';
import { log } from '../operations/operations.support.ts';
import { type PostgresServer, startPostgres } from './postgres.support.ts';

export const kinds = ['SQLite', 'PostgreSQL'] as const;
export type Kind = (typeof kinds)[number];

export interface TestDatabase {
  /** The URL of this test's own database. */
  readonly url: string;
  /** Only with PostgreSQL. */
  readonly server: PostgresServer;
  /** Makes this test's database one without tables. */
  dropTables(): Promise<void>;
  /** Runs one statement, past the store. */
  query(statement: string): Promise<Record<string, unknown>[]>;
  /** One more store on this test's database; closed when the test ends. */
  open(instanceId?: string): Promise<Store>;
}

/**
 * Gives every test of the suite that calls it an empty database of this kind.
 * @param keepsTables whether the tables of PostgreSQL stay, without rows, which saves the migrations
 */
export function testDatabase(kind: Kind, keepsTables = false): TestDatabase {
  const directory = temporaryDirectory();
  let server: PostgresServer | undefined;
  let url = '';
  let stores: Store[] = [];

  beforeAll(async () => {
    if (kind !== 'PostgreSQL') return;
    server = await startPostgres();
    url = await server.createDatabase();
  });
  beforeEach(async () => {
    if (server && keepsTables) await server.query(url, truncate);
    else await dropTables();
  });
  afterEach(async () => {
    await Promise.all(stores.map((store) => store.close()));
    stores = [];
  });
  afterAll(() => server?.end());

  async function dropTables(): Promise<void> {
    if (server) await server.query(url, 'drop schema public cascade; create schema public');
    else url = `sqlite:${join(directory(), randomUUID())}`;
  }

  return {
    dropTables,
    get url() {
      return url;
    },
    get server() {
      if (!server) throw new Error('this is not PostgreSQL');
      return server;
    },
    async query(statement) {
      if (server) return server.query(url, statement);
      const connection = new DatabaseSync(url.replace('sqlite:', ''));
      const rows = connection.prepare(statement).all();
      connection.close();
      return rows;
    },
    async open(instanceId) {
      const store = await openStore(url, { log, instanceId });
      stores.push(store);
      return store;
    },
  };
}

const truncate = `do $$
  declare
    names text := (
      select string_agg(quote_ident(tablename), ', ') from pg_tables
      where schemaname = 'public' and tablename not like 'gateway_migration%'
    );
  begin
    if names is not null then execute 'truncate ' || names || ' restart identity'; end if;
  end
$$`;

/** A directory that is there while the suite that calls it runs. */
export function temporaryDirectory(): () => string {
  let directory = '';
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'gateway-store-'));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return () => directory;
}
