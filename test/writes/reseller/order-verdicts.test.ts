import { describe, expect, test } from 'vitest';
import { bought, switched, transferredIn } from '../../../src/writes/reseller/order-verdicts.ts';
import { snapshotOfList } from '../../../src/writes/reseller/snapshots.ts';
import { subscription } from './subscriptions.support.ts';

const s1 = subscription('S1');
const s2 = subscription('S2', { creationTime: '2000' });
const s2Early = subscription('S2', { creationTime: '500' });
const s2Undated = subscription('S2', { creationTime: null });
const s1Renamed = subscription('S9');
const s1Newer = subscription('S1', { creationTime: '3000' });
const s1Ended = subscription('S1', { status: 'CANCELLED' });
const b1 = subscription('B1', { skuId: 'B' });
const b2 = subscription('B2', { skuId: 'B', creationTime: '2000' });

function read({ type, ...rest }: { type: string; answer?: unknown }) {
  return type === 'done' ? rest.answer : type;
}

describe('an order of a new subscription', () => {
  test.each([
    ['the first of the SKU', [], [s1], s1],
    ['none', [], [], 'absent'],
    ['only another SKU', [], [b1], 'absent'],
    ['what was there before', [s1], [s1], 'absent'],
    ['what was there before has ended', [s1], [s1Ended], 'absent'],
    ['what was there before is gone', [s1], [], 'absent'],
    ['a second one, created later', [s1], [s1, s2], s2],
    ['a second one, first in the list', [s1], [s2, s1], s2],
    ['a second one without a creation time', [s1], [s1, s2Undated], s2Undated],
    ['a second one with an earlier creation time', [s1], [s1, s2Early], s2Early],
    ['a known id with a later creation time', [s1], [s1Newer], s1Newer],
    ['what was there before under a new id', [s1], [s1Renamed], 'absent'],
    ['a new id beside the old one, with its creation time', [s1], [s1, s1Renamed], s1Renamed],
  ] as const)('%s', (_, before, after, expected) => {
    expect(read(bought('A', snapshotOfList(before, ['A']), after))).toEqual(expected);
  });
});

describe('a switch from B to A', () => {
  test.each([
    ['A is there and B is gone', [b1], [s1], s1],
    [
      'A is there and B has ended',
      [b1],
      [s1, subscription('B1', { skuId: 'B', status: 'CANCELLED' })],
      s1,
    ],
    ['nothing has changed', [b1], [b1], 'absent'],
    ['A was there before, and B still is', [b1, s1], [b1, s1], 'absent'],
    ['A is there, and B still is', [b1], [b1, s1], 'unclear'],
    ['both are gone', [b1], [], 'unclear'],
    ['B was replaced', [b1], [b2], 'unclear'],
    ['B was not there before', [], [s1], 'unclear'],
  ] as const)('%s', (_, before, after, expected) => {
    const verdict = switched(
      { skuId: 'A', sourceSkuId: 'B' },
      snapshotOfList(before, ['A', 'B']),
      after,
    );
    expect(read(verdict)).toEqual(expected);
  });
});

describe('a transfer to this reseller', () => {
  test.each([
    ['the SKU is listed', [], [s1], s1],
    ['the SKU is listed with an old creation time', [s1], [s1, s2Early], s2Early],
    ['a known id with a later creation time', [s1], [s1Newer], 'absent'],
    ['nothing is listed', [], [], 'absent'],
    ['only another SKU is listed', [], [b1], 'absent'],
  ] as const)('%s', (_, before, after, expected) => {
    expect(read(transferredIn('A', snapshotOfList(before, ['A']), after))).toEqual(expected);
  });
});
