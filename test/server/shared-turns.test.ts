import { setImmediate as turn } from 'node:timers/promises';
import {
  type GraphQLFieldConfigMap,
  GraphQLInt,
  GraphQLList,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
  parse,
} from 'graphql';
import { expect, test } from 'vitest';
import type { Right } from '../../src/domain/viewer.ts';
import { createLogger } from '../../src/log.ts';
import { createExecuteOnce } from '../../src/server/graphql/execution.ts';
import { meterSchema } from '../../src/server/graphql/limits/metered-schema.ts';
import { createRequestContext } from '../../src/server/graphql/request-context.ts';
import type { Services } from '../../src/services/services.ts';
import { limits } from './harness.support.ts';

/** Keeps the thread busy for longer than requests share a turn of the event loop. */
function work(): void {
  const end = performance.now() + 5;
  while (performance.now() < end);
}

/** Lists and items that wait for a backend; `events` has what was resolved, in order. */
function scene(backend: () => Promise<void>) {
  const events: string[] = [];
  const row: GraphQLObjectType = new GraphQLObjectType({
    name: 'Row',
    fields: (): GraphQLFieldConfigMap<number, unknown> => ({
      n: {
        type: GraphQLInt,
        resolve: (n) => {
          events.push(`row of list ${n}`);
          work();
          return n;
        },
      },
      rows: { type: new GraphQLList(row), resolve: () => [] },
    }),
  });
  const item = new GraphQLObjectType({
    name: 'Item',
    fields: { name: { type: GraphQLString, resolve: () => void events.push('item') } },
  });
  async function found<T>(name: string, value: T): Promise<T> {
    events.push(`${name} is read`);
    work();
    await backend();
    return value;
  }
  const args = { n: { type: GraphQLInt } };
  const query = new GraphQLObjectType({
    name: 'Query',
    fields: {
      list: {
        ...{ type: new GraphQLList(row), args },
        resolve: (_root, { n }) => found(`list ${n}`, [n]),
      },
      item: { type: item, resolve: () => found('item', {}) },
    },
  });
  const schema = new GraphQLSchema({ query });
  meterSchema(schema);
  const executeOnce = createExecuteOnce(limits);
  async function run(text: string): Promise<void> {
    const contextValue = createRequestContext({
      ...{ requestId: 'r', agent: null, deadlineMs: 10_000, limits, log: createLogger('silent') },
      viewer: {
        ...{ subject: 'ann', rights: new Set<Right>(), roles: null, resellers: null },
        expiresAt: null,
      },
      createServices: () => ({}) as Services,
    });
    const { errors } = await executeOnce({ schema, document: parse(text), contextValue });
    expect(errors).toBeUndefined();
  }
  return {
    events,
    /** A list that can have more than a hundred values. */
    list: (n: number) => run(`{ list(n: ${n}) { n ${'rows { n '.repeat(4)} ${'}'.repeat(4)} } }`),
    item: () => run('{ item { name } }'),
  };
}

test('of requests that begin together, those for a few values are sent first', async () => {
  const { events, list, item } = scene(async () => {});
  await turn();
  const answers = [list(1), list(2), list(3), item()];
  expect(events).toEqual(['list 1 is read', 'item is read']);
  await Promise.all(answers);
  expect(events).toContain('list 3 is read');
});

test('lists that arrive together are resolved one in each turn, and input is served in between', async () => {
  const arrived = Promise.withResolvers<void>();
  const { events, list } = scene(() => arrived.promise);
  const answers = [list(1), list(2), list(3)];
  while (events.length < 3) await turn();
  await turn();
  arrived.resolve();
  for (let n = 0; n < 3; n++) {
    await turn();
    events.push('turn');
  }
  await Promise.all(answers);
  const resolved = events.slice(3);
  expect(resolved).toEqual([
    ...['row of list 1', 'turn', 'row of list 2', 'turn', 'row of list 3', 'turn'],
  ]);
});

test('an item does not wait for the lists that arrive with it', async () => {
  const arrived = Promise.withResolvers<void>();
  const { events, list, item } = scene(() => arrived.promise);
  const answers = [list(1), list(2), list(3), item()];
  while (events.length < 4) await turn();
  await turn();
  arrived.resolve();
  await Promise.all(answers);
  const order = events.slice(4);
  expect(order.indexOf('item')).toBeLessThan(2);
  expect(order).toContain('row of list 3');
});
