import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { testDatabase } from './databases.support.ts';

const run = promisify(execFile);
const database = testDatabase('PostgreSQL', true);

/** A statement with 60 kB of values, which a round executes six times. */
const statement = `
  const text = 'select ' + Array.from({ length: 300 }, (_, n) => '$' + (n + 1) + '::text').join(',');
  const values = () => Array.from({ length: 300 }, () => ['x'.repeat(100), 'y'.repeat(100)].join());`;

/** Executes many rounds, each followed by a minor collection, and returns what a round leaves in bytes. */
async function leftByRound(opened: string): Promise<number> {
  const program = `
    import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
    import { runInNewContext } from 'node:vm';
    import { CompiledQuery, Kysely, PostgresDialect } from 'kysely';
    import { Pool } from 'pg';
    import { execute, kyselyPool } from './src/store/database/postgres-client.ts';
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc');
    const old = () => getHeapSpaceStatistics().find((space) => space.space_name === 'old_space')
      .space_used_size;
    const pool = new Pool({ connectionString: ${JSON.stringify(database.url)} });
    ${statement}
    ${opened}
    async function rounds(count) {
      for (let round = 0; round < count; round++) {
        for (let n = 0; n < 6; n++) await send(text, values());
        collect({ type: 'minor' });
      }
    }
    await rounds(10);
    collect();
    const before = old();
    await rounds(20);
    console.log((old() - before) / 20);
    process.exit();`;
  const options = ['--no-allocation-site-pretenuring', '--input-type=module', '--eval', program];
  const { stdout } = await run(process.execPath, options);
  return Number(stdout);
}

test.each([
  [
    'of the pipeline',
    `const client = await pool.connect();
     const send = (text, values) => execute(client, { text, values });`,
  ],
  [
    'of Kysely',
    `const db = new Kysely({ dialect: new PostgresDialect({ pool: kyselyPool(pool) }) });
     const send = (text, values) => db.executeQuery(CompiledQuery.raw(text, values));`,
  ],
])('a statement %s and its values are freed by minor collections', async (_, opened) => {
  expect(await leftByRound(opened)).toBeLessThan(100_000);
});
