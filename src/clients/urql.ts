import { fields, interfaces } from './generated/fields.ts';
import { possibleTypes, typesWithoutId } from './generated/schema.ts';

type Key = (data: { readonly id?: unknown }) => string | null;

interface TypeReference {
  readonly kind: 'NON_NULL' | 'LIST' | 'SCALAR';
  readonly name?: string;
  readonly ofType?: TypeReference;
}

interface IntrospectedType {
  readonly kind: 'OBJECT' | 'INTERFACE' | 'UNION';
  readonly name: string;
  readonly fields: readonly {
    readonly name: string;
    readonly type: TypeReference;
    readonly args: [];
  }[];
  readonly interfaces: readonly { readonly kind: 'INTERFACE'; readonly name: string }[];
  readonly possibleTypes: readonly { readonly kind: 'OBJECT'; readonly name: string }[];
}

/**
 * The options of graphcache's `cacheExchange(...)` that this schema needs: its schema, as far as
 * graphcache reads it, and the keys of objects.
 */
export const graphcacheOptions: {
  schema: {
    __schema: {
      queryType: { name: string; kind?: never };
      mutationType: { name: string; kind?: never };
      subscriptionType: { name: string; kind?: never };
      types: readonly IntrospectedType[];
    };
  };
  keys: Record<string, Key>;
} = {
  schema: {
    __schema: {
      queryType: { name: 'Query' },
      mutationType: { name: 'Mutation' },
      subscriptionType: { name: 'Subscription' },
      types: introspectedTypes(),
    },
  },
  keys: Object.fromEntries([
    // An object whose id was not selected, and one without an id, belongs to its parent.
    ...possibleTypes.Node.map((name): [string, Key] => [
      name,
      ({ id }) => (typeof id === 'string' ? id : null),
    ]),
    ...typesWithoutId.map((name): [string, Key] => [name, () => null]),
  ]),
};

function introspectedTypes(): IntrospectedType[] {
  const withFields = Object.entries(fields).map(([name, list]) => ({
    ...{ kind: interfaces.includes(name) ? ('INTERFACE' as const) : ('OBJECT' as const), name },
    fields: list.split(' ').map(fieldOf),
    interfaces: interfaces.filter((one) => membersOf(one).includes(name)).map(interfaceNamed),
    possibleTypes: membersOf(name).map(objectNamed),
  }));
  const unions = Object.keys(possibleTypes).filter((name) => !interfaces.includes(name));
  return [
    ...withFields,
    ...unions.map((name) => ({
      ...{ kind: 'UNION' as const, name, fields: [], interfaces: [] },
      possibleTypes: membersOf(name).map(objectNamed),
    })),
  ];
}

function membersOf(name: string): readonly string[] {
  return Object.entries(possibleTypes).find(([abstract]) => abstract === name)?.[1] ?? [];
}

function interfaceNamed(name: string) {
  return { kind: 'INTERFACE' as const, name };
}

function objectNamed(name: string) {
  return { kind: 'OBJECT' as const, name };
}

function fieldOf(text: string) {
  const [, name = '', shape = ''] = /^(\w+)(.*)$/.exec(text) ?? [];
  return { name, type: typeOf(shape), args: [] as [] };
}

/** Reads a shape such as `[!]!`. What the items are does not matter to graphcache. */
function typeOf(shape: string): TypeReference {
  if (shape.endsWith('!')) return { kind: 'NON_NULL', ofType: typeOf(shape.slice(0, -1)) };
  if (shape === '') return { kind: 'SCALAR', name: 'Any' };
  return { kind: 'LIST', ofType: typeOf(shape.slice(1, -1)) };
}
