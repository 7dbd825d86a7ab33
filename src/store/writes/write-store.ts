import type { Changes } from '../database/changes.ts';
import type { Database, StoreLog } from '../database/database.ts';
import type { OperationJournal } from '../operations/journal.ts';
import { settleMethods } from './outcomes.ts';
import { recordMethods } from './recording.ts';
import { startedMethod } from './started.ts';

export type * from './new-write.ts';

export type WriteStore = ReturnType<typeof writeStore>;

/**
 * The record of every write. Changes of a state are compare-and-set: they return null or false when
 * the write is in another state than they require. Every method rejects with a GatewayError like the
 * operation journal does; CommitUnknownError when the database did not say whether it committed.
 */
export function writeStore(
  database: Database,
  changes: Changes,
  journal: Pick<OperationJournal, 'append'>,
  instance: { readonly instanceId: string; readonly log: StoreLog },
) {
  return {
    ...recordMethods(database, changes),
    ...settleMethods(database, changes),
    ...startedMethod(database, changes, journal, instance),
  };
}
