import { expect, test } from 'vitest';
import { keysetPage } from '../../src/schema/relay/keyset.ts';
import { paginate } from '../../src/schema/relay/pagination.ts';

/** Rows whose places are read only to create a cursor. */
function countedRows(count: number) {
  const read: number[] = [];
  const rows = Array.from({ length: count }, (_, n) => ({
    row: n,
    get place() {
      read.push(n);
      return { value: n, id: String(n) };
    },
  }));
  return { rows, read };
}

test('a page of stored rows creates the cursors that are read, and no others', async () => {
  const { rows, read } = countedRows(10);
  const list = { identity: ['rows'], read: async () => rows };
  const page = await keysetPage({ first: 9 }, list)();
  expect(page.nodes).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  expect(page.edges.map(({ node }) => node)).toEqual(page.nodes);
  expect(read).toEqual([]);
  expect(page.edges[3]?.cursor).toBe(page.cursorAt(3));
  expect(read).toEqual([3, 3]);
});

test('a cursor has the position of its node, on whichever page of the backend it was', async () => {
  const pages = [[], ['a', 'b'], [], ['c', 'd'], ['e']];
  const source = {
    ...{ identity: ['letters'], maxPageSize: 2 },
    fetch: async ({ token }: { readonly token: string | null }) => {
      const n = Number(token ?? 0);
      return { items: pages[n] ?? [], nextToken: n + 1 < pages.length ? String(n + 1) : null };
    },
  };
  const page = await paginate({ first: 5 }, source);
  expect(page.nodes).toEqual(['a', 'b', 'c', 'd', 'e']);
  for (const [index, { cursor }] of page.edges.entries()) {
    const rest = await paginate({ first: 5, after: cursor }, source);
    expect(rest.nodes).toEqual(page.nodes.slice(index + 1));
  }
});
