import { expect, onTestFinished, test, vi } from 'vitest';
import { AuditRetention, type AuditRetentionOptions } from '../../src/writes/audit-retention.ts';
import { log } from '../operations/operations.support.ts';

const DAY_MS = 86_400_000;

function startRetention(options: Partial<AuditRetentionOptions>, batches: number[] = []) {
  const batch = async (_ageMs: number, limit: number) => Math.min(limit, batches.shift() ?? 0);
  const prune = vi.fn(batch);
  const eraseRequests = vi.fn(batch);
  const retention = new AuditRetention({
    ...{ store: { prune, eraseRequests }, log },
    options: { maxAgeMs: 400 * DAY_MS, keyWindowMs: 3_600_000, ...options },
  });
  onTestFinished(() => retention.close());
  return { retention, prune, eraseRequests };
}

test('deletes in batches until no old entry is left', async () => {
  const { retention, prune } = startRetention({}, [200, 200, 30]);
  expect(await retention.prune()).toBe(430);
  expect(prune.mock.calls).toEqual([
    [400 * DAY_MS, 200],
    [400 * DAY_MS, 200],
    [400 * DAY_MS, 200],
  ]);
});

test('never deletes an entry whose idempotency key is still kept', async () => {
  const { retention, prune } = startRetention({ maxAgeMs: 1_000, keyWindowMs: 60_000 });
  await retention.prune();
  expect(prune).toHaveBeenCalledWith(60_000, 200);
});

test('deletes nothing when entries are kept forever, but erases old requests', async () => {
  const { retention, prune, eraseRequests } = startRetention({
    ...{ maxAgeMs: null, startWithinMs: 0 },
  });
  retention.start();
  expect(await retention.prune()).toBe(0);
  await vi.waitFor(() => expect(eraseRequests).toHaveBeenCalledWith(30 * DAY_MS, 200));
  expect(prune).not.toHaveBeenCalled();
});

test('runs soon after the start and then at every interval, also after a failure', async () => {
  const { retention, prune } = startRetention({ startWithinMs: 0, intervalMs: 5 });
  prune.mockRejectedValueOnce(new Error('the database is away'));
  retention.start();
  await expect.poll(() => prune.mock.calls.length).toBeGreaterThan(2);
});
