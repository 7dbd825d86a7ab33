import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { openSqlite } from '../../src/store/database/sqlite.ts';
import { temporaryDirectory } from './databases.support.ts';

const directory = temporaryDirectory();

test('a column that another program adds does not shift the values of the others', async () => {
  const path = join(directory(), randomUUID());
  const database = await openSqlite(path);
  const other = new DatabaseSync(path);
  other.exec('create table things (id integer, name text)');
  other.exec('create table places (place text)');
  other.exec(`insert into things values (1, 'chair')`);
  other.exec(`insert into places values ('attic')`);
  const read = async (): Promise<unknown> => {
    const query = sql`select things.*, places.* from things, places`;
    return (await database.read((db) => query.execute(db))).rows;
  };
  expect(await read()).toEqual([{ id: 1, name: 'chair', place: 'attic' }]);
  other.exec(`alter table things add column colour text default 'red'`);
  expect(await read()).toEqual([{ id: 1, name: 'chair', colour: 'red', place: 'attic' }]);
  other.close();
  await database.close();
});
