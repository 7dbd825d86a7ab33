import type { Selectable } from 'kysely';
import type { Database } from '../database/database.ts';
import type { IntentsTable } from '../database/tables.ts';
import type { Intent, OperationJournal } from './journal.ts';
import { MAX_ROWS } from './rows.ts';

export function intents(
  database: Database,
): Pick<OperationJournal, 'intend' | 'isLinkAwaited' | 'refused' | 'interrupted'> {
  return {
    async intend(intent) {
      const row = await database.write((trx) =>
        trx
          .insertInto('operation_intents')
          .values({
            caller: intent.caller,
            idempotency_key: intent.idempotencyKey,
            kind: intent.kind,
            request: JSON.stringify(intent.request ?? null),
            reseller_id: intent.resellerId,
            customer_id: intent.customerId,
            link_to: intent.linkTo,
            created_at: intent.createdAt.getTime(),
            touched_at: database.now,
          })
          // Touching the row keeps recovery away from a caller that has returned. `do nothing` would
          // not return the row.
          .onConflict((conflict) =>
            conflict
              .columns(['caller', 'idempotency_key'])
              .doUpdateSet(({ ref }) => ({ touched_at: ref('excluded.touched_at') })),
          )
          .returningAll()
          .executeTakeFirstOrThrow(),
      );
      return toIntent(row);
    },
    async isLinkAwaited(caller, idempotencyKey) {
      const earlier = await database.read((db) =>
        db
          .selectFrom('operation_intents as own')
          .innerJoin('operation_intents as other', 'other.link_to', 'own.link_to')
          .leftJoin('operations as o', 'o.operation_id', 'other.operation_id')
          .select('other.number')
          .where('own.caller', '=', caller)
          .where('own.idempotency_key', '=', idempotencyKey)
          .whereRef('other.number', '<', 'own.number')
          .where(({ eb, or }) => or([eb('other.operation_id', 'is', null), eb('o.done', '=', 0)]))
          .executeTakeFirst(),
      );
      return earlier !== undefined;
    },
    async refused(caller, idempotencyKey) {
      await database.write((trx) =>
        trx
          .deleteFrom('operation_intents')
          .where('caller', '=', caller)
          .where('idempotency_key', '=', idempotencyKey)
          .where('operation_id', 'is', null)
          .execute(),
      );
    },
    async interrupted(olderThanMs, limit = MAX_ROWS) {
      const rows = await database.write((trx) =>
        trx
          .updateTable('operation_intents')
          .set({ touched_at: database.now })
          .where('number', 'in', (query) =>
            query
              .selectFrom('operation_intents')
              .select('number')
              .where('operation_id', 'is', null)
              .where(({ eb }) => eb('touched_at', '<=', eb(database.now, '-', olderThanMs)))
              .orderBy('touched_at')
              .limit(Math.min(limit, MAX_ROWS))
              .$if(database.kind === 'postgres', (rows) => rows.forUpdate().skipLocked()),
          )
          .returningAll()
          .execute(),
      );
      return rows.toSorted((a, b) => a.number - b.number).map(toIntent);
    },
  };
}

function toIntent(row: Selectable<IntentsTable>): Intent {
  return {
    idempotencyKey: row.idempotency_key,
    kind: row.kind,
    request: JSON.parse(row.request),
    resellerId: row.reseller_id,
    customerId: row.customer_id,
    linkTo: row.link_to,
    caller: row.caller,
    createdAt: new Date(row.created_at),
    operationId: row.operation_id,
  };
}
