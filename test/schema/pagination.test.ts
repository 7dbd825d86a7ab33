import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GatewayError } from '../../src/domain/error.ts';
import type { Page, PageRequest } from '../../src/domain/page.ts';
import { type Connection, type ListSource, paginate } from '../../src/schema/relay/pagination.ts';

interface Shape {
  /** The items of the list, cut into backend pages that may be short or empty. */
  readonly pages: readonly (readonly number[])[];
  readonly maxPageSize: number;
}

/** A backend list with the given page boundaries and page size limit. Records its calls. */
function listOf({ pages, maxPageSize }: Shape, identity: readonly unknown[] = ['list']) {
  const items = pages.flat();
  const calls: PageRequest[] = [];
  /** The number of empty pages after that many items. */
  const cuts = new Map<number, number>();
  const ends: number[] = [];
  let at = 0;
  for (const page of pages) {
    cuts.set(at, (cuts.get(at) ?? 0) + (page.length === 0 ? 1 : 0));
    at += page.length;
    ends.push(at);
  }
  const source: ListSource<number> = {
    identity,
    maxPageSize,
    async fetch(request): Promise<Page<number>> {
      calls.push(request);
      expect(request.size).toBeGreaterThan(0);
      expect(request.size).toBeLessThanOrEqual(maxPageSize);
      const [start = 0, emptied = 0] = (request.token ?? '0.0').split('.').map(Number);
      if (emptied < (cuts.get(start) ?? 0)) {
        return { items: [], nextToken: `${start}.${emptied + 1}` };
      }
      const cut = ends.find((end) => end > start) ?? items.length;
      const end = Math.min(start + request.size, cut);
      const isLast = end >= items.length && (end === start || (cuts.get(end) ?? 0) === 0);
      return { items: items.slice(start, end), nextToken: isLast ? null : `${end}.0` };
    },
  };
  return { source, calls, items };
}

const shape: fc.Arbitrary<Shape> = fc
  .record({
    sizes: fc.array(fc.integer({ min: 0, max: 7 }), { maxLength: 8 }),
    maxPageSize: fc.integer({ min: 1, max: 8 }),
  })
  .map(({ sizes, maxPageSize }) => {
    let next = 0;
    return { maxPageSize, pages: sizes.map((size) => Array.from({ length: size }, () => next++)) };
  });

describe('paginate', () => {
  test('returns every item once, in order, with exact hasNextPage, for any sequence of first', async () => {
    await fc.assert(
      fc.asyncProperty(
        shape,
        fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 4 }),
        async (given, firsts) => {
          const { source, items } = listOf(given);
          const walked: number[] = [];
          let after: string | null = null;
          for (let step = 0; step < 200; step++) {
            const first = firsts[step % firsts.length] ?? 0;
            const page: Connection<number> = await paginate({ first, after }, source);
            expect(page.edges.length).toBe(Math.min(first, items.length - walked.length));
            walked.push(...page.edges.map((edge) => edge.node));
            expect(await page.hasNextPage()).toBe(walked.length < items.length);
            after = page.edges.at(-1)?.cursor ?? after;
            if (walked.length === items.length || firsts.every((f) => f === 0)) break;
          }
          if (firsts.some((f) => f > 0)) expect(walked).toEqual(items);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('continues right after any edge when its cursor is passed as after', async () => {
    await fc.assert(
      fc.asyncProperty(shape, fc.integer({ min: 1, max: 60 }), async (given, first) => {
        const { source, items } = listOf(given);
        const whole = await paginate({ first }, source);
        for (const [i, edge] of whole.edges.entries()) {
          const rest = await paginate({ first: 2, after: edge.cursor }, source);
          expect(rest.edges.map((e) => e.node)).toEqual(items.slice(i + 1, i + 3));
          expect(rest.hasPreviousPage).toBe(true);
        }
      }),
      { numRuns: 100 },
    );
  });

  test('fetches no page twice when paging by endCursor', async () => {
    await fc.assert(
      fc.asyncProperty(shape, fc.integer({ min: 1, max: 9 }), async (given, first) => {
        const { source, calls } = listOf(given);
        let after: string | undefined;
        for (let step = 0; step < 100; step++) {
          const page: Connection<number> = await paginate({ first, after }, source);
          const next = page.edges.at(-1)?.cursor;
          if (page.edges.length < first || next === undefined) break;
          after = next;
        }
        const tokens = calls.map((call) => call.token);
        // Only the last page may be fetched again, because the list may have grown.
        const repeated = tokens.filter((token, i) => tokens.indexOf(token) !== i);
        expect(repeated.length).toBeLessThanOrEqual(1);
        if (repeated.length === 1) expect(tokens.at(-1)).toBe(repeated[0]);
      }),
      { numRuns: 300 },
    );
  });

  test('splits a first above the page size limit into as few calls as possible', async () => {
    const { source, calls } = listOf({
      pages: [Array.from({ length: 1000 }, (_, i) => i)],
      maxPageSize: 100,
    });
    const page = await paginate({ first: 250 }, source);
    expect(page.edges).toHaveLength(250);
    expect(calls.map((call) => call.size)).toEqual([100, 100, 50]);
  });

  test('reads ahead only when hasNextPage is called, and only once', async () => {
    const { source, calls } = listOf({ pages: [[1, 2], [], [3]], maxPageSize: 2 });
    const page = await paginate({ first: 2 }, source);
    expect(calls).toHaveLength(1);
    expect(await page.hasNextPage()).toBe(true);
    expect(await page.hasNextPage()).toBe(true);
    expect(calls).toHaveLength(3);
  });

  test('makes no call for first: 0', async () => {
    const { source, calls } = listOf({ pages: [[1]], maxPageSize: 2 });
    expect((await paginate({ first: 0 }, source)).edges).toEqual([]);
    expect(calls).toEqual([]);
  });

  test('fails when the backend repeats a page token', async () => {
    const source: ListSource<number> = {
      identity: [],
      maxPageSize: 10,
      fetch: async () => ({ items: [], nextToken: 'again' }),
    };
    await expect(paginate({ first: 1 }, source)).rejects.toMatchObject({
      code: 'INTERNAL_SERVER_ERROR',
    });
  });

  test.each<[string, (call: number) => string]>([
    ['cycles between page tokens', (call) => `${call % 2}`],
    ['returns new page tokens forever', (call) => `${call}`],
  ])('stops when the backend %s', async (_, tokenOf) => {
    let calls = 0;
    const source: ListSource<number> = {
      identity: [],
      maxPageSize: 10,
      fetch: async ({ token }) => ({
        items: token === null ? [1] : [],
        nextToken: tokenOf(calls++),
      }),
    };
    const failure = { code: 'INTERNAL_SERVER_ERROR' };
    await expect(paginate({ first: 2 }, source)).rejects.toMatchObject(failure);
    expect(calls).toBeLessThanOrEqual(60);
    calls = 0;
    const page = await paginate({ first: 1 }, source);
    await expect(page.hasNextPage()).rejects.toMatchObject(failure);
    expect(calls).toBeLessThanOrEqual(60);
  });

  test.each([-1, 1001, 1.5, Number.NaN])('rejects first: %s', async (first) => {
    const { source, calls } = listOf({ pages: [[1]], maxPageSize: 2 });
    await expect(paginate({ first }, source)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(calls).toEqual([]);
  });

  test('rejects cursors that are truncated, changed, forged or from another list', async () => {
    const { source, calls } = listOf({ pages: [[1, 2, 3]], maxPageSize: 2 });
    const other = listOf({ pages: [[1, 2, 3]], maxPageSize: 2 }, ['list', 'filtered']);
    const cursor = (await paginate({ first: 1 }, source)).edges[0]?.cursor ?? '';
    const foreign = (await paginate({ first: 1 }, other.source)).edges[0]?.cursor ?? '';
    calls.length = 0;
    const forged = Buffer.from(JSON.stringify(['x', -5, 1e9])).toString('base64url');
    const bad = ['', 'x', cursor.slice(0, -1), `${cursor}A`, forged, foreign, 'A'.repeat(50_000)];
    for (const after of bad) {
      const result = paginate({ first: 1, after }, source);
      await expect(result, after.slice(0, 40)).rejects.toBeInstanceOf(GatewayError);
      await expect(result).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
    }
    expect(calls).toEqual([]);
  });
});
