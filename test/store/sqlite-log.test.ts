import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { names } from './builders.support.ts';
import { commitLink, databaseOpener, linkedIds } from './commit.support.ts';
import { temporaryDirectory } from './databases.support.ts';

const directory = temporaryDirectory();
const open = databaseOpener();

test('the log of changes is copied to the file while no commit waits', async () => {
  const path = join(directory(), randomUUID());
  const database = await open(`sqlite:${path}`);
  const ids = names('C', 120);
  const before = statSync(path).size;
  for (const id of ids) await commitLink(database, id);
  // SQLite itself does it in the commit after which the log has 1,000 pages; these write a few hundred.
  expect(statSync(`${path}-wal`).size).toBeLessThan(1_000 * 4_096);
  await expect.poll(() => statSync(path).size).toBeGreaterThan(before);
  expect(await linkedIds(database)).toHaveLength(ids.length);
});
