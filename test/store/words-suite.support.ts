import { expect, test } from 'vitest';
import type { PortfolioFilter } from '../../src/domain/portfolio-filter.ts';
import type { Store } from '../../src/store/store.ts';
import type { TestDatabase } from './databases.support.ts';

/** More rows than a search passes to a query as a list. */
const ROWS = 1_600;
const words = ['nord', 'ёж', 'øa', 'x_', '%x', "'q", '\\1', 'z'];

/** Two words of each row follow from its number, so that words are in few, many or all rows. */
function textOf(number: number): string {
  const word = words[number % words.length];
  return `common ${word} c${number}${number % 500 === 0 ? ' zq' : ''}`;
}

function isGone(number: number): boolean {
  return number % 7 === 0;
}

/** Fills the tables of a store as an instance of an earlier version does, which copies no texts. */
async function fill(query: (text: string) => Promise<unknown>): Promise<void> {
  const numbers = Array.from({ length: ROWS }, (_, n) => n + 1);
  const rows = numbers.map(
    (n) => `('C${n}/K', 'C${n}', 'K', 'S', 'ACTIVE', ${n % 3}, ${n}, ${isGone(n) ? 1 : 0}, 0)`,
  );
  await query(`insert into portfolio_subscriptions (id, customer_id, sku_id, subscription_id,
    status, free_seats, observed_at, gone, linked) values ${rows.join(', ')}`);
  const texts = numbers.map((n) => `('C${n}', '${textOf(n).replaceAll("'", "''")}')`);
  await query(`with texts (id, search) as (values ${texts.join(', ')})
    insert into portfolio_subscription_search (rowid, search)
    select s.number, t.search from portfolio_subscriptions as s
      join texts as t on t.id = s.customer_id`);
}

function search(...found: string[]): PortfolioFilter {
  return { type: 'is', condition: { type: 'search', words: found } };
}

const oneSeat: PortfolioFilter = {
  type: 'is',
  condition: { type: 'compare', property: 'freeSeats', side: '>=', value: 1 },
};

/** Filters, and the same as functions of a row's number. */
const cases: readonly (readonly [PortfolioFilter, (number: number) => boolean])[] = [
  ...['common', 'zq', 'z', 'qz', 'nord', 'mm', 'ёж', 'øa', 'x_', '%x', "'q", '\\1'].flatMap(
    (word) => {
      const has = (number: number) => textOf(number).includes(word);
      const not: PortfolioFilter = { type: 'not', of: search(word) };
      return [
        [search(word), has],
        [not, (number: number) => !has(number)],
        [
          { type: 'and', of: [search('common', word), oneSeat] },
          (number: number) => has(number) && number % 3 > 0,
        ],
        [
          { type: 'or', of: [not, { type: 'not', of: oneSeat }] },
          (number: number) => !has(number) || number % 3 === 0,
        ],
      ] as const;
    },
  ),
];

async function expectAllFound({ portfolio }: Store): Promise<void> {
  const numbers = Array.from({ length: ROWS }, (_, n) => n + 1);
  const order = { field: 'OBSERVED_AT', direction: 'ASC' } as const;
  for (const [filter, matches] of cases) {
    const expected = numbers.filter((number) => !isGone(number) && matches(number));
    const selection = { filter, tenant: undefined };
    const rows = await portfolio.subscriptions({ ...selection, order, after: null, limit: 51 });
    const found = {
      ids: rows.map(({ row }) => row.customerId),
      count: await portfolio.countSubscriptions(selection),
      sum: (await portfolio.summary(selection)).freeSeats,
    };
    expect(found, JSON.stringify(filter)).toEqual({
      ids: expected.slice(0, 51).map((number) => `C${number}`),
      count: expected.length,
      sum: expected.reduce((sum, number) => sum + (number % 3), 0),
    });
  }
}

export function wordsSuite(database: TestDatabase): void {
  test('searches find the rows whose text contains the words, before and after a sweep', async () => {
    const store = await database.open();
    await fill(database.query);
    await expectAllFound(store);
    await store.portfolio.maintain();
    await expectAllFound(store);
  });
}
