import { createRandom, type Random } from '../../src/sandbox/random.ts';
import type { Expected, Filter, Order } from './oracle.support.ts';
import { orderFields } from './oracle.support.ts';

/** A random filter and order, of values that occur in the rows and of some that do not. */
export function randomCase(seed: number, rows: readonly Expected[]) {
  const random = createRandom(seed);
  let filter = randomFilter(random, rows, random.int(1, 5));
  while (conditionsIn(filter) > 50) filter = randomFilter(random, rows, random.int(1, 5));
  const order: Order = {
    field: random.pick(nonEmpty(orderFields)),
    direction: random.pick(['ASC', 'DESC']),
  };
  return { filter, order, first: random.pick([1000, 1000, 7, 40]) };
}

function conditionsIn(filter: unknown): number {
  if (Array.isArray(filter)) return filter.reduce<number>((sum, one) => sum + conditionsIn(one), 0);
  return Object.entries(Object(filter)).reduce(
    (sum, [name, value]) => sum + (['any', 'all', 'not'].includes(name) ? conditionsIn(value) : 1),
    0,
  );
}

function randomFilter(random: Random, rows: readonly Expected[], levels: number): Filter {
  const filter: Record<string, unknown> = {};
  const count = random.int(0, levels > 1 ? 2 : 3);
  for (let n = 0; n < count; n++) Object.assign(filter, randomCondition(random, rows));
  if (levels <= 1) return filter;
  const inner = (): Filter => randomFilter(random, rows, levels - 1);
  const list = (): Filter[] => Array.from({ length: random.int(0, 3) }, inner);
  if (random.chance(0.4)) filter['any'] = [...list(), inner()];
  if (random.chance(0.3)) filter['all'] = list();
  if (random.chance(0.5)) filter['not'] = inner();
  return filter;
}

function nonEmpty<T>(items: readonly T[]): readonly [T, ...T[]] {
  const [first, ...more] = items;
  if (first === undefined) throw new Error('the list is empty');
  return [first, ...more];
}

function randomCondition(random: Random, rows: readonly Expected[]): Filter {
  const row = random.pick(nonEmpty(rows));
  const value = (name: string, otherwise: string | number) => row.values[name] ?? otherwise;
  const time = (name: string) => new Date(Number(value(name, 1.8e12))).toISOString();
  const seed = random.int(0, 100);
  const conditions: readonly [Filter, ...Filter[]] = [
    { search: randomSearch(random, row.text) },
    { search: randomSearch(random, row.text) },
    { search: random.pick(['é', 'MÜ', 'zz', '%', '1_1', 'öö nn', '"', '  ', 'co']) },
    { status: random.pick([['ACTIVE'], ['SUSPENDED', 'UNRECOGNIZED'], ['UNRECOGNIZED'], []]) },
    { suspensionReasons: random.pick([['OTHER'], ['UNRECOGNIZED'], ['RESELLER_INITIATED']]) },
    { planName: random.pick([['ANNUAL_MONTHLY_PAY'], ['UNRECOGNIZED', 'FREE'], ['FLEXIBLE']]) },
    { skuId: [String(value('skuId', 'none')), 'none'] },
    { countryCode: random.pick([['DE'], ['NO', 'KZ'], [String(value('countryCode', 'XX'))]]) },
    { renewsBefore: time('renewsAt') },
    { renewsAfter: time('renewsAt') },
    { trialEndsBefore: time('trialEndsAt') },
    { createdAfter: time('createdAt') },
    { freeSeatsAtLeast: Number(value('freeSeats', seed)) },
    { accountActive: random.chance(0.5) },
    { linked: random.chance(0.5) },
    { gone: false },
  ];
  return random.pick(conditions);
}

/** Parts of the row's text: one letter, two or more, in any order. */
function randomSearch(random: Random, text: string): string {
  const words = Array.from({ length: random.int(1, 3) }, () => {
    const start = random.int(0, Math.max(0, text.length - 2));
    return text.slice(start, start + random.pick([1, 2, 2, 3, 4, 8]));
  });
  return random.chance(0.3) ? words.join(' ').toUpperCase() : words.join(' ');
}
