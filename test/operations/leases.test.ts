import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { Leases, type LeasesDeps } from '../../src/operations/leases.ts';
import { Pollers } from '../../src/operations/poller.ts';
import type { Store } from '../../src/store/store.ts';
import { names, startAll } from '../store/builders.support.ts';
import { testDatabase } from '../store/databases.support.ts';
import { log, operation, outage, settle, silentBilling, succeeded } from './operations.support.ts';
import { pollOptions } from './polled.support.ts';

const database = testDatabase('SQLite');

/** Short, for rounds that come after each other in no time. */
const leaseMs = 150;

/** One instance: its pollers and their leases, on a store, not started. */
function instanceOn(store: Store, deps: Partial<LeasesDeps> = {}) {
  const { journal } = store;
  const pollers = new Pollers({ billing: silentBilling(), journal, log, options: pollOptions });
  const recover = vi.fn(async () => []);
  const leases = new Leases({
    ...{ journal, pollers, log, starts: { recover } },
    options: { leaseMs, interruptedAfterMs: 20_000 },
    ...deps,
  });
  const stop = async (): Promise<void> => {
    await leases.close();
    pollers.close();
  };
  onTestFinished(stop);
  return { journal, pollers, leases, recover, stop };
}

describe('the leases', () => {
  test('takes up at once what an earlier life left unfinished', async () => {
    const store = await database.open();
    await startAll(store.journal, ['a', 'b', 'c']);
    await store.journal.append(succeeded({ operationId: 'b' }));
    const { leases, pollers } = instanceOn(store);
    leases.start();
    await expect.poll(() => pollers.ids()).toEqual(['a', 'c']);
  });

  test('takes up what is found later', async () => {
    const store = await database.open();
    const { leases, pollers, journal } = instanceOn(store);
    leases.start();
    const claim = vi.spyOn(journal, 'claim');
    await expect.poll(() => claim.mock.calls.length).toBeGreaterThan(0);
    await journal.append(operation());
    await expect.poll(() => pollers.ids()).toEqual(['op']);
  });

  test('repeats interrupted starts of the age that is told, in every round', async () => {
    const { leases, recover } = instanceOn(await database.open());
    leases.start();
    await expect.poll(() => recover.mock.calls.length).toBeGreaterThan(1);
    expect(recover.mock.calls).toContainEqual([
      20_000,
      { signal: expect.any(AbortSignal), requestId: expect.stringMatching(/^[\w-]+$/) },
    ]);
  });

  test('polls what a repeated start gave without waiting for the next round', async () => {
    const store = await database.open();
    const { journal } = store;
    const claim = vi.spyOn(journal, 'claim');
    const recover = async () => {
      await expect.poll(() => claim.mock.settledResults.length).toBe(1);
      return [await journal.append(operation())];
    };
    const options = { leaseMs: 60_000, interruptedAfterMs: 20_000 };
    const { leases, pollers } = instanceOn(store, { starts: { recover }, options });
    leases.start();
    await expect.poll(() => pollers.ids()).toEqual(['op']);
  });

  test('keeps its leases while it lives, and leaves them to another when it is gone', async () => {
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
    // Gone without a word: its leases are not given back.
    await first.stop();
    const goneAt = performance.now();
    await expect.poll(() => second.pollers.ids(), { interval: 5 }).toEqual(all);
    expect(performance.now() - goneAt).toBeLessThan(leaseMs * 2);
  });

  test('shares what is left with the others: each operation is polled by one', async () => {
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

  test('drops what another has taken meanwhile', async () => {
    const store = await database.open();
    const { leases, pollers } = instanceOn(store);
    await startAll(store.journal, ['a', 'b']);
    leases.start();
    await expect.poll(() => pollers.ids()).toEqual(['a', 'b']);
    // As after a pause of this whole process.
    const taken = `lease_holder = 'another', lease_until = ${Date.now() + 60_000}`;
    await database.query(`update operations set ${taken} where operation_id = 'a'`);
    await expect.poll(() => pollers.ids()).toEqual(['b']);
  });

  test('does not drop what was leased while it renewed', async () => {
    const store = await database.open();
    const { leases, pollers, journal } = instanceOn(store);
    const entry = await journal.append(operation());
    const { renew } = journal;
    const drop = vi.spyOn(pollers, 'stop');
    vi.spyOn(journal, 'renew').mockImplementationOnce(async (ms) => {
      const held = await renew(ms);
      await journal.lease('op', leaseMs);
      pollers.start(entry);
      return held;
    });
    leases.start();
    await settle();
    await expect.poll(() => pollers.ids()).toEqual(['op']);
    expect(drop).not.toHaveBeenCalled();
  });

  test('polls again what it holds and nobody polls', async () => {
    const store = await database.open();
    const { leases, pollers, journal } = instanceOn(store);
    await journal.append(operation());
    leases.start();
    await expect.poll(() => pollers.ids()).toEqual(['op']);
    pollers.stop('op');
    await expect.poll(() => pollers.ids()).toEqual(['op']);
  });
});

describe('a leases in trouble', () => {
  test('goes on when the store can be used again', async () => {
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

  test('polls no more what it could not renew for as long as a lease lasts, until it can', async () => {
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

  test('begins no round while one waits for the store', async () => {
    const { leases, journal, recover } = instanceOn(await database.open());
    const held = Promise.withResolvers<never[]>();
    const renew = vi.spyOn(journal, 'renew').mockReturnValue(held.promise);
    leases.start();
    await expect.poll(() => recover.mock.calls.length).toBeGreaterThan(3);
    expect(renew).toHaveBeenCalledTimes(1);
    held.resolve([]);
    await expect.poll(() => renew.mock.calls.length).toBeGreaterThan(1);
  });

  test('renews its leases while the backend does not answer a repeated start', async () => {
    const store = await database.open();
    const recover = ({ signal }: { signal: AbortSignal }) =>
      new Promise<never[]>((resolve) => signal.addEventListener('abort', () => resolve([])));
    const { leases, journal } = instanceOn(store, {
      starts: { recover: (_, scope) => recover(scope) },
    });
    const renew = vi.spyOn(journal, 'renew');
    leases.start();
    await expect.poll(() => renew.mock.calls.length).toBeGreaterThan(3);
  });

  test('waits for its rounds when it is closed, and begins no more', async () => {
    const store = await database.open();
    const held = Promise.withResolvers<never[]>();
    const signals: AbortSignal[] = [];
    const recover = vi.fn(async (_: number, { signal }: { signal: AbortSignal }) => {
      signals.push(signal);
      return held.promise;
    });
    const { leases, journal } = instanceOn(store, { starts: { recover } });
    const claim = vi.spyOn(journal, 'claim');
    leases.start();
    await expect.poll(() => claim.mock.calls.length).toBeGreaterThan(0);
    let isClosed = false;
    const closing = leases.close().then(() => {
      isClosed = true;
    });
    await settle();
    expect(isClosed).toBe(false);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    held.resolve([]);
    await closing;
    expect(recover).toHaveBeenCalledTimes(1);
  });
});
