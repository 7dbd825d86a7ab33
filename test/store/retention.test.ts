import { expect, onTestFinished, test, vi } from 'vitest';
import { Retention, type RetentionOptions } from '../../src/store/retention.ts';
import { log } from '../operations/operations.support.ts';

/** A job that finds as many rows as are left. */
function jobOf(rows: string, left = 0) {
  let rest = left;
  const run = vi.fn(async (limit: number) => {
    const count = Math.min(limit, rest);
    rest -= count;
    return count;
  });
  return { rows, run };
}

function retentionOf(options: Partial<RetentionOptions>): Retention {
  const retention = new Retention({ jobs: [], log, ...options });
  onTestFinished(() => retention.close());
  return retention;
}

test('every job runs in batches until no old row is left', async () => {
  const [entries, requests] = [jobOf('entries', 430), jobOf('requests', 3)];
  await retentionOf({ jobs: [entries, requests] }).round();
  expect(entries.run.mock.calls).toEqual([[200], [200], [200]]);
  expect(requests.run.mock.calls).toEqual([[200]]);
});

test('a job that fails does not stop the others', async () => {
  const [failing, next] = [jobOf('failing'), jobOf('next')];
  failing.run.mockRejectedValue(new Error('the database is away'));
  await retentionOf({ jobs: [failing, next] }).round();
  expect(next.run).toHaveBeenCalledOnce();
});

test('runs soon after the start and then at every interval, also after a failure', async () => {
  const job = jobOf('entries');
  job.run.mockRejectedValueOnce(new Error('the database is away'));
  retentionOf({ jobs: [job], startWithinMs: 0, intervalMs: 5 }).start();
  await expect.poll(() => job.run.mock.calls.length).toBeGreaterThan(2);
});

test('ends between two batches when it is closed', async () => {
  const job = jobOf('entries', 1_000_000);
  const retention = retentionOf({ jobs: [job], startWithinMs: 0 });
  retention.start();
  await expect.poll(() => job.run.mock.calls.length).toBe(1);
  await retention.close();
  expect(job.run.mock.calls.length).toBe(1);
});
