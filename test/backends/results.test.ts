import { expect, test } from 'vitest';
import { allOf } from '../../src/backends/results.ts';

const later = <T>(value: T, ms: number): Promise<T> =>
  new Promise((resolve) => setTimeout(resolve, ms, value));
const asText = (error: unknown): string => String(error);

test('results are in the order of the calls, whichever ends first', async () => {
  const calls = [later(1, 10), 'not sent', Promise.reject(new Error('refused')), later(4, 0)];
  expect(await allOf(calls, asText)).toEqual([1, 'not sent', 'Error: refused', 4]);
});

test('no calls have no results', async () => {
  expect(await allOf([], asText)).toEqual([]);
});

test('an error that is not a result is the error of all', async () => {
  const fault = new Error('a fault');
  const failed = (): string => {
    throw fault;
  };
  await expect(allOf([later(1, 0), Promise.reject(new Error('lost'))], failed)).rejects.toBe(fault);
});
