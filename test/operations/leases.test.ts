import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { Leases, type LeasesDeps } from '../../src/operations/leases.ts';
import { Pollers } from '../../src/operations/pollers.ts';
import type { Store } from '../../src/store/store.ts';
import { names, startAll } from '../store/builders.support.ts';
import { testDatabase } from '../store/databases.support.ts';
import {
  log,
  operation,
  outage,
  reading,
  scriptedBilling,
  settle,
  silentBilling,
  succeeded,
} from './operations.support.ts';
import { pollOptions } from './polled.support.ts';

const database = testDatabase('SQLite');

/** Short, so that rounds follow each other quickly. */
const leaseMs = 150;

/** The pollers and leases of one instance on a store, not started. */
function instanceOn(store: Store, deps: Partial<LeasesDeps> = {}) {
  const { journal, onOperation } = store;
  const pollers = new Pollers({
    ...{ billing: silentBilling(), journal, onOperation, log, options: pollOptions },
  });
  const leases = new Leases({
    ...{ journal, pollers, log },
    options: { leaseMs },
    ...deps,
  });
  const stop = async (): Promise<void> => {
    await leases.close();
    pollers.close();
  };
  onTestFinished(stop);
  return { journal, pollers, leases, stop };
}

describe('an instance', () => {
  test('polls at once what an earlier process left unfinished', async () => {
    const store = await database.open();
    await startAll(store.journal, ['a', 'b', 'c']);
    await store.journal.append(succeeded({ operationId: 'b' }));
    const { leases, pollers } = instanceOn(store);
    leases.start();
    await expect.poll(() => pollers.ids()).toEqual(['a', 'c']);
  });

  test('polls operations that are found later', async () => {
    const store = await database.open();
    const { leases, pollers, journal } = instanceOn(store);
    leases.start();
    const claim = vi.spyOn(journal, 'claim');
    await expect.poll(() => claim.mock.calls.length).toBeGreaterThan(0);
    await journal.append(operation());
    await expect.poll(() => pollers.ids()).toEqual(['op']);
  });

  test('keeps what it holds while it runs; another one takes over when it stops', async () => {
    const [here, there] = [await database.open(), await database.open()];
    const [first, second] = [instanceOn(here), instanceOn(there)];
    const all = names('op', 5);
    await startAll(here.journal, all);
    first.leases.start();
    await expect.poll(() => first.pollers.ids()).toEqual(all);
    second.leases.start();
    const rounds = vi.spyOn(there.journal, 'claim');
    await expect.poll(() => rounds.mock.calls.length).toBeGreaterThan(6);
    expect(second.pollers.size).toBe(0);
    // Its lease is not ended, as after a crash.
    await first.stop();
    const goneAt = performance.now();
    await expect.poll(() => second.pollers.ids(), { interval: 5 }).toEqual(all);
    expect(performance.now() - goneAt).toBeLessThan(leaseMs * 2);
  });

  test('polls no operation that another one polls', async () => {
    const stores = await Promise.all(['a', 'b', 'c'].map((id) => database.open(id)));
    const instances = stores.map((store) => instanceOn(store));
    const all = names('op', 30);
    for (const [n, id] of all.entries()) {
      await stores[n % 3]?.journal.append(operation({ operationId: id }));
    }
    for (const { leases } of instances) leases.start();
    const kept = () => instances.flatMap(({ pollers }) => pollers.ids());
    await expect.poll(() => kept().toSorted()).toEqual(all.toSorted());
  });

  test('stops polling what another one has taken while its lease had expired', async () => {
    const store = await database.open();
    const { leases, pollers } = instanceOn(store);
    await startAll(store.journal, ['a', 'b']);
    leases.start();
    await expect.poll(() => pollers.ids()).toEqual(['a', 'b']);
    // As after a pause of this whole process.
    const another = await database.open('another');
    await another.journal.renew(60_000);
    // Until it happens between two renewals.
    await vi.waitFor(async () => {
      await database.query("update poll_leases set lease_until = 1 where holder <> 'another'");
      expect(await another.journal.take('a')).not.toBeNull();
    });
    await expect.poll(() => pollers.ids(), { interval: 5 }).toEqual(['b']);
  });

  test('does not stop polling what it takes while it finds out what it has lost', async () => {
    const store = await database.open();
    const { leases, pollers, journal } = instanceOn(store);
    await journal.append(operation());
    await startAll(journal, ['other']);
    const { held } = journal;
    const stop = vi.spyOn(pollers, 'stop');
    await journal.renew(60_000);
    const other = await journal.take('other');
    if (other) pollers.start(other);
    await database.query('update poll_leases set lease_until = 1');
    vi.spyOn(journal, 'held').mockImplementationOnce(async (...page) => {
      const before = await held(...page);
      const taken = await journal.take('op');
      if (taken) pollers.start(taken);
      return before;
    });
    leases.start();
    await settle();
    await expect.poll(() => pollers.ids()).toEqual(['other', 'op']);
    expect(stop).not.toHaveBeenCalled();
  });

  test('polls again what it holds but does not poll', async () => {
    const store = await database.open();
    const { leases, pollers, journal } = instanceOn(store);
    await journal.append(operation());
    leases.start();
    await expect.poll(() => pollers.ids()).toEqual(['op']);
    pollers.stop('op');
    await expect.poll(() => pollers.ids()).toEqual(['op']);
  });

  test('spreads the first polls of the operations that it takes over', async () => {
    const store = await database.open();
    await startAll(store.journal, names('op', 100));
    const billing = scriptedBilling(reading(operation()));
    const options = { ...pollOptions, intervalMs: 400 };
    const pollers = new Pollers({ ...store, billing, log, options });
    const { leases } = instanceOn(store, { pollers });
    onTestFinished(() => pollers.close());
    leases.start();
    await expect.poll(() => pollers.size).toBe(100);
    await settle();
    expect(billing.asked.length).toBeLessThan(50);
    const ids = () => new Set(billing.asked.map(({ id }) => id));
    await expect.poll(() => ids().size).toBe(100);
  });

  test('takes over from a lease that was taken before the clock was set back', async () => {
    const store = await database.open();
    await store.journal.append(operation());
    const another = await database.open('another');
    await another.journal.renew(60_000);
    await another.journal.take('op');
    await database.query('update poll_leases set lease_until = lease_until + 3600000');
    const { leases, pollers } = instanceOn(store);
    leases.start();
    await expect.poll(() => pollers.ids()).toEqual(['op']);
  });
});

describe('an instance without its database', () => {
  test('continues when the database is available again', async () => {
    const store = await database.open();
    const { leases, pollers, journal } = instanceOn(store);
    await journal.append(operation());
    const renew = vi.spyOn(journal, 'renew').mockRejectedValue(outage);
    leases.start();
    await expect.poll(() => renew.mock.calls.length).toBeGreaterThan(2);
    expect(pollers.size).toBe(0);
    renew.mockRestore();
    await expect.poll(() => pollers.ids()).toEqual(['op']);
  });

  test('stops polling when its lease has expired, and polls again once it can renew it', async () => {
    const store = await database.open();
    await store.journal.append(operation());
    const { leases, pollers, journal } = instanceOn(store);
    leases.start();
    await expect.poll(() => pollers.ids()).toEqual(['op']);
    const renew = vi.spyOn(journal, 'renew').mockRejectedValue(outage);
    await expect.poll(() => renew.mock.calls.length).toBeGreaterThan(0);
    expect(pollers.ids()).toEqual(['op']);
    await expect.poll(() => pollers.ids()).toEqual([]);
    renew.mockRestore();
    await expect.poll(() => pollers.ids()).toEqual(['op']);
  });

  test('starts no round while one is running', async () => {
    const { leases, journal } = instanceOn(await database.open());
    const held = Promise.withResolvers<'RENEWED'>();
    const renew = vi.spyOn(journal, 'renew').mockReturnValue(held.promise);
    leases.start();
    await expect.poll(() => renew.mock.calls.length).toBe(1);
    await pause(2 * leaseMs);
    expect(renew).toHaveBeenCalledTimes(1);
    held.resolve('RENEWED');
    await expect.poll(() => renew.mock.calls.length).toBeGreaterThan(1);
  });

  test('waits for the running round when it is closed, and starts no other', async () => {
    const store = await database.open();
    const held = Promise.withResolvers<never[]>();
    const { leases, journal } = instanceOn(store);
    const claim = vi.spyOn(journal, 'claim').mockReturnValue(held.promise);
    leases.start();
    await expect.poll(() => claim.mock.calls.length).toBe(1);
    let isClosed = false;
    const closing = leases.close().then(() => {
      isClosed = true;
    });
    await settle();
    expect(isClosed).toBe(false);
    held.resolve([]);
    await closing;
    await pause(2 * leaseMs);
    expect(claim).toHaveBeenCalledTimes(1);
  });
});
