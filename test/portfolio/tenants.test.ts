import {
  type GraphQLInputField,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
} from 'graphql';
import { expect, test } from 'vitest';
import { schema } from '../../src/schema/schema.ts';
import { selectionOf } from '../access/documents.support.ts';
import { startTenants } from '../access/tenants.support.ts';

const texts: Readonly<Record<string, string>> = {
  search: 'e',
  skuId: '1010020028',
  productId: 'Google-Apps',
  countryCode: 'DE',
};

/** Values of a condition, of which some match many rows. */
function valuesOf(field: GraphQLInputField): unknown[] {
  const type = getNamedType(field.type);
  if (isInputObjectType(type)) {
    const inner = [{}, { gone: true }];
    return isListType(field.type) ? [[...inner]] : inner;
  }
  if (isEnumType(type)) return type.getValues().map(({ name }) => [name]);
  if (type.name === 'Boolean') return [true, false];
  if (type.name === 'Int') return [0];
  if (type.name === 'DateTime') return ['2000-01-01T00:00:00Z', '2100-01-01T00:00:00Z'];
  if (type.name === 'ID') return [];
  const text = texts[field.name];
  if (text === undefined) throw new Error(`no value for ${field.name}`);
  return [text];
}

test.each([
  ['Subscription', 'summary { count bySku { skuId count } }'],
  ['Customer', ''],
])('no filter or order of %s rows shows or counts rows of another tenant', async (row, more) => {
  const { ask, main, second } = await startTenants();
  const type = schema.getType(`Portfolio${row}Filter`);
  const field = schema.getType(`Portfolio${row}OrderField`);
  const node = schema.getType(`Portfolio${row}`);
  if (!isInputObjectType(type) || !isEnumType(field) || !node) throw new Error('a type is missing');
  const list = `${row.toLowerCase()}s`;
  const query = `query ($filter: Portfolio${row}Filter, $orderBy: Portfolio${row}Order) {
    portfolio { ${list}(filter: $filter, orderBy: $orderBy, first: 1000) {
      totalCount ${more} nodes ${selectionOf(node, ['Portfolio', 'PortfolioConnection'])} } } }`;
  const direction = 'DESC';
  const variables = [
    ...Object.values(type.getFields()).flatMap((condition) =>
      valuesOf(condition).map((value) => ({ filter: { [condition.name]: value } })),
    ),
    ...field.getValues().map(({ name }) => ({ orderBy: { field: name, direction } })),
  ];
  let shown = 0;
  for (const [own, other] of [
    [main, second],
    [second, main],
  ] as const) {
    for (const given of variables) {
      const { data, errors } = await ask(own.token, query, given);
      expect({ given, errors }).toEqual({ given, errors: undefined });
      const { totalCount, nodes, summary } = Object(Object(data?.['portfolio'])[list]);
      expect({ given, totalCount }).toEqual({ given, totalCount: nodes.length });
      if (summary) expect({ given, count: summary.count }).toEqual({ given, count: nodes.length });
      const text = JSON.stringify(nodes);
      const leaks = other.secrets.filter((secret) => text.includes(secret));
      expect({ given, leaks }).toEqual({ given, leaks: [] });
      shown += nodes.length;
    }
  }
  expect(variables.length).toBeGreaterThan(row === 'Subscription' ? 30 : 15);
  expect(shown).toBeGreaterThan(100);
});
