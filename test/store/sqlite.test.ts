import { randomUUID } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { openSqlite } from '../../src/store/database/sqlite.ts';
import { openStore, StoreError } from '../../src/store/store.ts';
import { log, operation } from '../operations/operations.support.ts';
import { names, newWrite, recordWrite, startAll } from './builders.support.ts';
import { startChild } from './children.support.ts';
import { temporaryDirectory } from './databases.support.ts';
import { canLoadWithoutRoot, withoutRights } from './root.support.ts';

const testWithoutRoot = test.skipIf(!canLoadWithoutRoot);
const directory = temporaryDirectory();
const unavailable = { code: 'UNAVAILABLE', retryable: true };

/** A path that does not exist. */
const newPath = () => join(directory(), randomUUID());
const open = (path: string) => openStore(`sqlite:${path}`, { log });

async function journaledPath(): Promise<string> {
  const path = newPath();
  const store = await open(path);
  await store.journal.append(operation());
  await store.close();
  return path;
}

test('a missing directory is created with access for the owner only', async () => {
  const path = join(newPath(), 'deep', 'gateway.db');
  await using store = await openDisposable(path);
  await store.journal.append(operation());
  expect(statSync(join(path, '..')).mode & 0o777).toBe(0o700);
});

test('the writer uses a write-ahead log, full sync and foreign keys; the reader cannot write', async () => {
  const database = await openSqlite(newPath());
  const setting = (name: string) =>
    database.write(async (db) => (await sql.raw(`pragma ${name}`).execute(db)).rows[0]);
  expect(await setting('journal_mode')).toEqual({ journal_mode: 'wal' });
  expect(await setting('synchronous')).toEqual({ synchronous: 2 });
  expect(await setting('foreign_keys')).toEqual({ foreign_keys: 1 });
  const read = database.read((db) => db.deleteFrom('customer_links').execute());
  await expect(read).rejects.toMatchObject({ cause: { errcode: 8 } });
  await database.close();
});

test('a database in memory lasts until its store closes', async () => {
  const first = await openStore('sqlite::memory:', { log });
  await first.journal.append(operation());
  await first.close();
  const second = await openStore('sqlite::memory:', { log });
  expect(await second.journal.latest('op')).toBeNull();
  await second.close();
});

test.each([
  ['a directory', 'needs read access to the file', (path: string) => mkdirSync(path)],
  [
    'not a database',
    'not an SQLite database',
    (path: string) => writeFileSync(path, 'x'.repeat(9_000)),
  ],
  [
    'inside a file',
    'its directory cannot be created (EEXIST)',
    (path: string) => writeFileSync(join(path, '..'), 'x'),
  ],
])('opening a path that is %s fails with a clear message', async (kind, sentence, make) => {
  const path = kind === 'inside a file' ? join(newPath(), 'gateway.db') : newPath();
  make(path);
  const refused = open(path);
  await expect(refused).rejects.toThrow(StoreError);
  await expect(refused).rejects.toThrow(`sqlite:${path} cannot be opened: `);
  await expect(refused).rejects.toThrow(sentence);
});

test('a damaged file cannot be opened', async () => {
  const path = await journaledPath();
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.fill(0xff, 100, 4_096));
  await expect(open(path)).rejects.toThrow('the file is damaged');
});

test.each([
  'mysql://host/db',
  'sqlite:',
  'sqlite://relative/path',
  'gateway.db',
  '',
])('the URL %o is invalid', async (url) => {
  await expect(openStore(url, { log })).rejects.toThrow('DATABASE_URL must be sqlite:PATH');
});

test('a database that another program keeps locked cannot be opened', async () => {
  const path = await journaledPath();
  const other = new DatabaseSync(path);
  other.exec('pragma locking_mode = exclusive; begin immediate; create table t (x)');
  await expect(openSqlite(path, 200)).rejects.toThrow('another program holds a lock on it.');
  other.close();
});

test('a write waits for a lock of another process and fails when the lock stays', async () => {
  const path = await journaledPath();
  const database = await openSqlite(path, 400);
  const write = () => database.write((db) => db.deleteFrom('writes').execute());
  const other = new DatabaseSync(path);
  other.exec('begin immediate');
  const waiting = write();
  setTimeout(() => other.exec('rollback'), 100);
  await waiting;
  other.exec('begin immediate');
  const refused = write();
  const read = await database.read((db) => db.selectFrom('operations').selectAll().execute());
  expect(read).toHaveLength(1);
  await expect(refused).rejects.toMatchObject(unavailable);
  other.close();
  await write();
  await database.close();
});

testWithoutRoot('without write permission, writes fail and reads succeed', async () => {
  const parent = newPath();
  mkdirSync(parent);
  const path = join(parent, 'gateway.db');
  const first = await open(path);
  const entry = await first.journal.append(operation());
  await first.close();
  chmodSync(parent, 0o777);
  chmodSync(directory(), 0o755);
  chmodSync(path, 0o444);
  await withoutRights(async () => {
    await using store = await openDisposable(path);
    await expect(recordWrite(store.writes, newWrite())).rejects.toMatchObject(unavailable);
    await expect(store.journal.renew(1_000)).rejects.toMatchObject(unavailable);
    expect(await store.journal.latest('op')).toEqual(entry);
    expect(await store.journal.append(operation())).toEqual(entry);
  });
});

testWithoutRoot('a file cannot be created in a directory without write permission', async () => {
  const parent = newPath();
  mkdirSync(parent, { mode: 0o555 });
  chmodSync(directory(), 0o755);
  await withoutRights(async () => {
    await expect(open(join(parent, 'gateway.db'))).rejects.toThrow('write access to its directory');
    await expect(open(join(parent, 'more', 'gateway.db'))).rejects.toThrow('be created (EACCES)');
  });
});

test('writes fail after the open file is deleted', async () => {
  const path = newPath();
  await using store = await openDisposable(path);
  const entry = await store.journal.append(operation());
  rmSync(path);
  const refused = recordWrite(store.writes, newWrite());
  await expect(refused).rejects.toMatchObject(unavailable);
  await expect(refused).rejects.toHaveProperty(
    'cause.message',
    expect.stringContaining('was deleted or replaced'),
  );
  expect(await store.journal.latest('op')).toEqual(entry);
});

test('on a full disk writes fail and reads succeed; with free space both succeed', async () => {
  const path = newPath();
  const child = startChild(`sqlite:${path}`, 'op', 2_000);
  await child.reported(Number.POSITIVE_INFINITY);
  expect(child.reports.at(-1)).toEqual({ code: 'UNAVAILABLE', canRead: true });
  expect(child.reports.length).toBeGreaterThan(5);
  await using store = await openDisposable(path);
  expect(await store.journal.changesAfter({}, 0)).toHaveLength(child.reports.length - 1);
  await startAll(store.journal, ['with room']);
});

test('kill -9 loses no reported write of two processes on one file', async () => {
  const path = newPath();
  const children = names('process', 2).map((prefix) => startChild(`sqlite:${path}`, `${prefix}-`));
  await Promise.all(children.map((child) => child.reported(40)));
  await Promise.all(children.map((child) => child.kill()));
  await using store = await openDisposable(path);
  const reports = children.flatMap((child) => child.reports);
  const found = await store.journal.latestMany(
    reports.map((report) => String(report['operationId'])),
  );
  expect(found.map((entry) => entry?.sequence)).toEqual(reports.map(({ sequence }) => sequence));
  expect(reports.length).toBeGreaterThanOrEqual(80);
  const check = new DatabaseSync(path);
  expect(check.prepare('pragma integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
  check.close();
});

async function openDisposable(path: string) {
  const store = await open(path);
  return { ...store, [Symbol.asyncDispose]: () => store.close() };
}
