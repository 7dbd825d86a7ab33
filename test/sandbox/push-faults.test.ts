import { expect, test } from 'vitest';
import type { NotificationDelivery } from '../../src/sandbox/reseller/push-settings.ts';
import { numbersOf, pushEndpoint, soon, sorted, startDelivery, upTo } from './push.support.ts';

test('without faults each message is delivered once, and in order with one push at a time', async () => {
  const { url, pushes } = await pushEndpoint();
  const { delivery, publish, acknowledged } = startDelivery({ endpoint: url, concurrency: 1 });
  publish(40);
  await soon(acknowledged).toBe(40);
  expect(numbersOf(pushes)).toEqual(upTo(40));
  expect(delivery.counters).toEqual({
    ...{ published: 40, delivered: 40, acknowledged: 40, lost: 0, dropped: 0, waiting: 0 },
  });
});

async function received(settings: Partial<NotificationDelivery>, seed?: number) {
  const { url, pushes } = await pushEndpoint();
  const all = { endpoint: url, concurrency: 1, ...settings };
  const { delivery, publish } = startDelivery(all, seed);
  publish(60);
  await soon(() => delivery.counters.waiting).toBe(0);
  return { delivery, pushes, numbers: () => numbersOf(pushes) };
}

test('loss: a share determined by the seed is never delivered', async () => {
  const first = await received({ loss: 0.3 });
  const { lost } = first.delivery.counters;
  expect(lost).toBeGreaterThan(6);
  expect(lost).toBeLessThan(32);
  expect(first.numbers()).toHaveLength(60 - lost);
  expect((await received({ loss: 0.3 })).numbers()).toEqual(first.numbers());
  expect((await received({ loss: 0.3 }, 8)).numbers()).not.toEqual(first.numbers());
  expect((await received({ loss: 1 })).numbers()).toEqual([]);
});

test('duplicates: a share is delivered twice with the same id, even when acknowledged', async () => {
  const run = async () => {
    const { delivery, pushes } = await received({ duplicates: 0.3 });
    const again = pushes.filter(({ messageId }, index) =>
      pushes.slice(0, index).some((earlier) => earlier.messageId === messageId),
    );
    return { again: sorted(numbersOf(again)), counters: delivery.counters };
  };
  const { again, counters } = await run();
  expect(again.length).toBeGreaterThan(6);
  expect(again.length).toBeLessThan(32);
  expect(counters).toMatchObject({ acknowledged: 60, delivered: 60 + again.length });
  expect((await run()).again).toEqual(again);
});

test('a duplicate is not retried when it is not acknowledged', async () => {
  const { url, pushes } = await pushEndpoint((_, index) => (index === 0 ? 204 : 500));
  const { delivery, publish } = startDelivery({ endpoint: url, duplicates: 1 });
  publish(1);
  await soon(() => delivery.counters.waiting).toBe(0);
  expect(delivery.counters).toMatchObject({ acknowledged: 1, delivered: 2 });
  expect(pushes).toHaveLength(2);
});

test('disorder: later messages overtake a share and all are delivered', async () => {
  const { numbers } = await received({ disorder: 0.3 });
  expect(numbers()).not.toEqual(upTo(60));
  expect(sorted(numbers())).toEqual(upTo(60));
  const overtaken = numbers().filter(
    (number, index) => Math.max(...numbers().slice(0, index)) > number,
  );
  expect(overtaken.length).toBeGreaterThan(3);
});
