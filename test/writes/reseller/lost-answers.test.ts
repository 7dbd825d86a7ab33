import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GatewayError } from '../../../src/domain/error.ts';
import { OutcomeUnknown, type WriteAnswer } from '../../../src/domain/write.ts';
import type { WriteSpec } from '../../../src/writes/write-spec.ts';
import type { CleanUp } from '../../backends/reseller/reseller.support.ts';
import type { Fault } from './fake-reseller.support.ts';
import { buy, mutations } from './mutations.support.ts';
import { startWritten, type Written } from './written.support.ts';

const answers = ['dropped', 'hanging', 'unreadable', 408, 500, 502, 503, 504] as const;

const lost = {
  carriedOut: { answers, options: { callTimeoutMs: 800 } },
  notCarriedOut: {
    answers: ['dropped', 'hanging', 408, 502] as const,
    options: { timeoutMs: 1_000, callTimeoutMs: 500 },
  },
};

interface Started {
  readonly answer: Fault['answer'];
  readonly written: Written;
}

/** The APIs and stores of the tests with short deadlines, by the kind of loss and the mutation. */
const started = new Map<string, Started[]>();
const cleanUps: Parameters<CleanUp>[0][] = [];

// All before the first call, because opening a store delays calls beyond short deadlines.
beforeAll(async () => {
  for (const { name } of mutations) {
    for (const kind of ['carriedOut', 'notCarriedOut'] as const) {
      started.set(`${kind} ${name}`, await startAll(kind));
    }
  }
}, 60_000);
afterAll(async () => {
  for (const cleanUp of cleanUps.reverse()) await cleanUp();
}, 60_000);

/** Each set is used once, so a retry starts another. */
async function take(kind: keyof typeof lost, name: string): Promise<readonly Started[]> {
  const found = started.get(`${kind} ${name}`);
  started.delete(`${kind} ${name}`);
  return found ?? startAll(kind);
}

function startAll(kind: keyof typeof lost): Promise<Started[]> {
  const { answers, options } = lost[kind];
  const cleanUp: CleanUp = (work) => void cleanUps.push(work);
  return Promise.all(
    answers.map(async (answer) => ({
      answer,
      written: await startWritten({ ...options, cleanUp }),
    })),
  );
}

/** Sends an order like a client that follows OUTCOME_UNKNOWN and retries what was not sent. */
async function persist<T>(
  written: Written,
  spec: () => WriteSpec<T, T>,
  viewer: string,
): Promise<WriteAnswer<T>> {
  let key: string | null = null;
  for (;;) {
    try {
      return await written.run(spec(), { viewer, key });
    } catch (error) {
      if (error instanceof OutcomeUnknown) key = error.write.idempotencyKey;
      else if (!(error instanceof GatewayError && error.retryable)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

const ORDERS = process.env['SOAK'] ? 500 : 20;

// Most of each test is waiting. 500 orders would delay the calls of the others too much.
const atTheSameTime = process.env['SOAK'] ? describe : describe.concurrent;

atTheSameTime(`${ORDERS} orders whose answers are lost`, () => {
  /** Every call fails in another way; about half of them are carried out. */
  function faults(): (method: string, path: string) => Fault {
    let calls = 0;
    return () => {
      const call = calls++;
      const answer = answers[call % answers.length] ?? 'dropped';
      return { isApplied: call % 3 !== 0, answer };
    };
  }

  test('are each placed once and reported as done', async ({ expect, onTestFinished }) => {
    const written = await startWritten({
      cleanUp: onTestFinished,
      ...{ timeoutMs: 2_000, callTimeoutMs: 1_000, absentAfterMs: 300 },
    });
    written.api.fault = faults();
    const skus = Array.from({ length: ORDERS }, (_, n) => `SKU-${n}`);
    const placed = await Promise.all(
      skus.map((skuId) =>
        persist(written, () => written.writes.orderSubscription(buy(skuId)), 'a'),
      ),
    );
    expect(placed.map(({ value }) => value.skuId)).toEqual(skus);
    expect(written.api.subscriptions.map((s) => s['skuId']).toSorted()).toEqual(skus.toSorted());
  }, 170_000);

  test('of one SKU by several viewers are each placed once', async ({ expect, onTestFinished }) => {
    const written = await startWritten({
      cleanUp: onTestFinished,
      timeoutMs: 1_000,
      callTimeoutMs: 500,
      absentAfterMs: 100,
    });
    written.api.fault = (_, path) => ({ isApplied: !path.includes('x'), answer: 'dropped' });
    const ids = new Set<string>();
    for (let n = 0; n < 10; n++) {
      const order = buy('A', n + 1);
      const spec = () => written.writes.orderSubscription(order);
      const { value } = await persist(written, spec, `viewer-${n}`);
      expect(value.seats?.maximumNumberOfSeats).toBe(n + 1);
      ids.add(value.subscriptionId);
    }
    expect(ids.size).toBe(10);
    expect(written.api.subscriptions).toHaveLength(10);
  }, 30_000);
});

test.concurrent('concurrent orders of one SKU each return their own subscription', async ({
  expect,
  onTestFinished,
}) => {
  const written = await startWritten({
    cleanUp: onTestFinished,
    timeoutMs: 3_000,
    callTimeoutMs: 1_000,
  });
  written.api.fault = () => ({ isApplied: true, answer: 'dropped' });
  const results = await Promise.all(
    [1, 2, 3, 4].map((seats) =>
      written.run(written.writes.orderSubscription(buy('A', seats)), { viewer: `v${seats}` }),
    ),
  );
  expect(results.map(({ value }) => value.seats?.maximumNumberOfSeats)).toEqual([1, 2, 3, 4]);
  expect(written.api.writes).toHaveLength(4);
});

describe.concurrent.each(mutations)('$name', ({ name, prepare, spec, isApplied }) => {
  test('is done when it was carried out and its answer is lost', async ({ expect }) => {
    const all = await take('carriedOut', name);
    expect(all).toHaveLength(answers.length);
    await Promise.all(
      all.map(async ({ answer, written }) => {
        prepare(written.api);
        written.api.fault = () => ({ isApplied: true, answer });
        const { write, replayed } = await written.run(spec(written.writes));
        expect(replayed).toBe(false);
        expect(await written.recordOf(write.id)).toMatchObject({ outcome: 'DONE', failure: null });
        expect(isApplied(written.api)).toBe(true);
        expect(written.api.writes).toHaveLength(1);
      }),
    );
  });

  test('is unknown when it was not carried out and its answer is lost', async ({ expect }) => {
    const all = await take('notCarriedOut', name);
    expect(all).toHaveLength(lost.notCarriedOut.answers.length);
    await Promise.all(
      all.map(async ({ answer, written }) => {
        prepare(written.api);
        written.api.fault = () => ({ isApplied: false, answer });
        const failure = await written.run(spec(written.writes)).catch((error: unknown) => error);
        if (!(failure instanceof OutcomeUnknown)) throw failure;
        expect((await written.recordOf(failure.write.id)).outcome).toBe('UNKNOWN');
        expect(written.api.writes).toHaveLength(1);
      }),
    );
  });

  test('sends nothing when the API cannot be reached', async ({ expect, onTestFinished }) => {
    const written = await startWritten({ cleanUp: onTestFinished });
    prepare(written.api);
    await written.api.backend.stop();
    await expect(written.run(spec(written.writes))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      retryable: true,
    });
    expect(written.api.writes).toEqual([]);
  });
});

describe.each(mutations)('$name', ({ prepare, spec }) => {
  test.each([
    [400, 'BAD_USER_INPUT'],
    [403, 'FORBIDDEN'],
    [409, 'CONFLICT'],
    [412, 'FAILED_PRECONDITION'],
    [429, 'RATE_LIMITED'],
  ])('is refused by a %i response', async (status, code) => {
    const written = await startWritten();
    prepare(written.api);
    written.api.fault = () => ({ isApplied: false, answer: status });
    await expect(written.run(spec(written.writes))).rejects.toMatchObject({ code });
    expect(written.api.writes).toHaveLength(1);
    // The refusal is on record, so the same mutation is a new write.
    written.api.fault = () => null;
    const { write, replayed } = await written.run(spec(written.writes));
    expect(replayed).toBe(false);
    expect((await written.recordOf(write.id)).outcome).toBe('DONE');
  });

  test('returns the present state when its key is sent again', async () => {
    const written = await startWritten();
    prepare(written.api);
    const first = await written.run(spec(written.writes), { key: 'k1' });
    const again = await written.run(spec(written.writes), { key: 'k1' });
    expect(again).toMatchObject({ replayed: true, write: { id: first.write.id } });
    expect(written.api.writes).toHaveLength(1);
  });
});
