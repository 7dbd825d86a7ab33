import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test, vi } from 'vitest';
import { operationStatuses } from '../../src/domain/operation.ts';
import { openStore } from '../../src/store/store.ts';
import { log, operation, step, succeeded } from '../operations/operations.support.ts';
import { newWrite, notification, pageOf, recordWrite } from './builders.support.ts';
import { temporaryDirectory } from './databases.support.ts';

const directory = temporaryDirectory();
const customer = { resellerId: 'R1', customerId: 'C1' };

test('no statement of the store scans or sorts a whole table', async () => {
  // In memory, statements are prepared in this thread.
  const store = await openStore('sqlite::memory:', { log });
  const prepared = vi.spyOn(DatabaseSync.prototype, 'prepare');
  const { journal } = store;
  const { writes } = store;
  const write = await recordWrite(writes);
  const { id } = write.record;
  const failure = { code: 'UNAVAILABLE', message: 'no' } as const;
  const hold = { holder: 'other', holdMs: 1_000 };
  await writes.record(newWrite({ linkTo: 'G1', idempotencyKey: 'k2' }), hold, () => ({ seen: 1 }));
  await writes.claim(write, hold);
  await writes.due(['suspendCustomer'], 1_000, 10);
  await writes.expire(1_000);
  await writes.refuse(id, 'other', failure);
  await writes.unknown(id, 'other', failure);
  await writes.extend(id, hold);
  await writes.started(id, { operation: operation() });
  await writes.done(id);
  await writes.settle(id, 'DONE', null);
  await writes.deliver([id]);
  const { audit } = store;
  const settled = newWrite({ mutation: 'settleWrite', idempotencyKey: 'k3' });
  await audit.confirm(write, { outcome: 'DONE', operationId: 'op2', failure: null }, settled);
  await audit.recordRepeat(write, settled);
  await audit.isOperationTaken('op', id);
  await audit.prune(1_000, 10);
  await audit.byKey('alice', 'key');
  await audit.lastSequence();
  for (const filter of [
    { viewer: 'alice' },
    { viewer: 'alice', customer: { billing: customer, resellerCustomerId: 'G1' } },
    { viewer: 'alice', subscription: { customerId: 'G1', skuId: 'K1' } },
  ]) {
    for (const order of ['AT_DESC', 'AT_ASC'] as const) {
      await audit.pages([{ filter, order, after: 5, limit: 10 }]);
    }
    await audit.counts([filter]);
    await audit.changesAfter(filter, 5, 10);
  }
  await writes.get(id);
  const { sequence } = await journal.append(step(1));
  await journal.appendPolled(step(2), sequence);
  await journal.latestMany(['op', 'other']);
  await journal.after('op', 0, 10);
  await journal.changesAfter({}, 0, 10);
  await journal.changesAfter({ customer }, 0, 10);
  const tenant = { resellers: ['R1'], ownsUnlinked: false };
  await journal.changesAfter({ tenant }, 0, 10);
  await pageOf(journal, { tenant }, 100, 10);
  await audit.pages([
    { filter: { viewer: 'alice', tenant }, order: 'AT_DESC', after: 5, limit: 10 },
  ]);
  await journal.lastSequence();
  for (const statuses of [
    undefined,
    ...operationStatuses.map((s) => [s]),
    [...operationStatuses],
  ]) {
    await pageOf(journal, { statuses }, null, 10);
    await pageOf(journal, { customer, statuses }, 100, 10);
  }
  const { links, notifications } = store;
  const link = { billing: customer, resellerCustomerId: 'G1' };
  await links.link(link);
  await links.byBilling([customer, { resellerId: 'R2', customerId: 'C2' }]);
  await links.byReseller(['G1', 'G2']);
  await links.unlink(link);
  await notifications.append([notification(), notification({ messageId: 'm2' })]);
  await notifications.get('m1');
  await notifications.lastSequence();
  for (const customerId of [undefined, 'G1']) {
    for (const types of [undefined, ['SUBSCRIPTION_SUSPENDED', 'UNRECOGNIZED'] as const]) {
      await notifications.pages([{ filter: { customerId, types }, before: 100, limit: 10 }]);
      await notifications.after({ customerId, types }, 0, 10);
    }
  }
  await journal.renew(1_000);
  await journal.claim(10);
  await journal.take('op');
  await journal.held(0, 10);
  await journal.renew(1_000);
  await journal.append(succeeded());
  const statements = new Set(prepared.mock.calls.map(([statement]) => statement));
  prepared.mockRestore();
  await store.close();

  const path = join(directory(), 'plans.db');
  await (await openStore(`sqlite:${path}`, { log })).close();
  const connection = new DatabaseSync(path);
  const plans = [...statements].filter((statement) =>
    /^(select|insert|update|delete|with)/.test(statement),
  );
  expect(plans.length).toBeGreaterThan(20);
  for (const statement of plans) {
    const plan = connection.prepare(`explain query plan ${statement}`).all();
    const steps = plan.map(({ detail }) => String(detail));
    // Subqueries and value lists may be scanned, tables may not.
    // A search that names no index reads the rows one by one, except for the last one of a table.
    const scans = steps.filter((step) =>
      /^SCAN (o|e|w|other|operation\w*|writes|customer_links|notifications)\b|^SEARCH writes$/.test(
        step,
      ),
    );
    const sorts = steps.filter((step) => step.includes('ORDER BY'));
    expect({ statement, scans, sorts }, steps.join('; ')).toEqual({
      statement,
      scans: [],
      sorts: [],
    });
  }
  connection.close();
});
