import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import { DatabaseError } from 'pg';
import { afterEach, expect, test, vi } from 'vitest';
import { queryCompiler } from '../../src/store/database/compiler.ts';
import { CommitUnknownError } from '../../src/store/database/failure.ts';
import { type CommitGroup, GroupCommit } from '../../src/store/database/group-commit.ts';
import { assertSqliteValue } from '../../src/store/database/sqlite-connection.ts';
import { names } from './builders.support.ts';

afterEach(() => vi.useRealTimers());

const locked = () => Object.assign(new Error('database is locked'), { errcode: 5 });
const postgresError = (code: string) =>
  Object.assign(new DatabaseError('postgres', 0, 'error'), { code });

/** A database of `slots` writers; each statement selects one value. */
function fakeDatabase(
  slots: number,
  fail: (values: readonly unknown[]) => Error | null = () => null,
) {
  const groups: CommitGroup[] = [];
  const valuesOf = (group: CommitGroup) => group.queries.flatMap(({ parameters }) => parameters);
  const responses: PromiseWithResolvers<void>[] = [];
  let isHolding = false;
  const commits = new GroupCommit({
    compiler: queryCompiler('sqlite'),
    slots,
    assertBindable: assertSqliteValue,
    async execute(group) {
      groups.push(group);
      if (isHolding) {
        const response = Promise.withResolvers<void>();
        responses.push(response);
        await response.promise;
      }
      const failure = fail(valuesOf(group));
      if (failure) throw failure;
      return valuesOf(group).map((value) => ({ rows: [value] }));
    },
  });
  return {
    commits,
    groups: () => groups.map(valuesOf),
    merged: groups,
    commit: async (value: string, options = {}) => {
      const [result] = await commits.commit((db) => [sql`select ${value}`.compile(db)], options);
      return result.rows[0];
    },
    hold() {
      isHolding = true;
    },
    respond() {
      isHolding = false;
      for (const response of responses) response.resolve();
    },
  };
}

test('commits that arrive while all slots are busy share the next group', async () => {
  const database = fakeDatabase(2);
  database.hold();
  const commits = [];
  for (const value of names('c', 5)) {
    commits.push(database.commit(value, { locks: ['same', value], announcements: ['same'] }));
    await nextTurn();
  }
  expect(database.groups()).toEqual([['c0'], ['c1']]);
  database.respond();
  expect(await Promise.all(commits)).toEqual(names('c', 5));
  expect(database.groups().at(-1)).toEqual(['c2', 'c3', 'c4']);
  expect(database.merged.at(-1)).toMatchObject({
    locks: ['same', 'c2', 'c3', 'c4'],
    announcements: ['same'],
  });
});

test('a group holds at most 200 commits and 4 MB of parameters', async () => {
  const database = fakeDatabase(1);
  await Promise.all(names('c', 250).map((value) => database.commit(value)));
  expect(database.groups().map((values) => values.length)).toEqual([200, 50]);
  const large = Array.from({ length: 3 }, (_, n) => `${n}`.repeat(1_900_000));
  await Promise.all([...large, 'x'.repeat(5_000_000)].map((value) => database.commit(value)));
  expect(database.groups().map((values) => values.length)).toEqual([200, 50, 2, 1, 1]);
});

test('commits of one group resolve in slices, with other events between them', async () => {
  const database = fakeDatabase(1);
  let resolved = 0;
  const slices: number[] = [];
  let isDone = false;
  const commits = Promise.all(
    names('c', 180).map((value) => database.commit(value).then(() => resolved++)),
  ).finally(() => {
    isDone = true;
  });
  for (let before = 0; !isDone; before = resolved) {
    await nextTurn();
    slices.push(resolved - before);
  }
  await commits;
  expect(slices.filter((size) => size > 0)).toEqual([50, 50, 50, 30]);
});

test('after a rollback, the commits of a group run again one by one', async () => {
  const database = fakeDatabase(1, (values) =>
    values.includes('c1') ? postgresError('23505') : null,
  );
  const outcomes = await Promise.allSettled(names('c', 3).map(database.commit));
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(database.groups()).toEqual([['c0', 'c1', 'c2'], ['c0'], ['c1'], ['c2']]);
});

test('a commit that conflicts while it runs alone is tried three times', async () => {
  const database = fakeDatabase(1, () => postgresError('40P01'));
  await expect(database.commit('c')).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    retryable: true,
  });
  expect(database.groups()).toEqual([['c'], ['c'], ['c']]);
});

test.each([
  ['an unknown outcome', new CommitUnknownError(null), false],
  ['an unavailable database', postgresError('57P01'), true],
  ['a bug in the driver', new TypeError('undefined is not a function'), false],
])('after %s, no commit of the group runs again', async (_, error, retryable) => {
  const database = fakeDatabase(1, () => error);
  const outcomes = await Promise.allSettled(names('c', 3).map(database.commit));
  for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: { retryable } });
  expect(database.groups()).toHaveLength(1);
});

test('each commit waits 30 seconds while the file is locked', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  let isLocked = true;
  const database = fakeDatabase(1, () => (isLocked ? locked() : null));
  const early = expect(database.commit('early')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await nextTurn();
  vi.advanceTimersByTime(29_000);
  const late = database.commit('late');
  await vi.waitFor(() => expect(database.groups().length).toBeGreaterThan(3));
  vi.advanceTimersByTime(2_000);
  await early;
  await nextTurn();
  isLocked = false;
  expect(await late).toBe('late');
});
