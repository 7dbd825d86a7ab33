import {
  buildASTSchema,
  type GraphQLFieldResolver,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
  parse,
} from 'graphql';
import { hashOf, pick, randomOf } from './random.support.ts';

/** Every kind of type, nullable and not. */
const definition = `
  interface Animal { id: ID! name: String! friend: Animal rank(of: Int, in: Range): Int friends(first: Int = 2): [Animal!] }
  type Cat implements Animal { id: ID! name: String! friend: Animal rank(of: Int, in: Range): Int friends(first: Int = 2): [Animal!] color: Color! home: House! lives: Float }
  type Dog implements Animal { id: ID! name: String! friend: Animal rank(of: Int, in: Range): Int friends(first: Int = 2): [Animal!] barks: [String!] home: House color: Color }
  type House { id: ID! owner: Cat! cats: [Cat] dogs: [Dog!]! rooms: [[String]] pets: [Pet!] isOld: Boolean }
  union Pet = Cat | Dog | House
  enum Color { RED GREEN }
  input Range { from: Int! = 1 to: Int }
  type Query { animal(n: Int!): Animal animals(first: Int): [Animal!]! pet: Pet! pets: [Pet] cat: Cat dog: Dog! house: House text: String! numbers: [Int!]! }
`;

/** What the resolvers of one execution do. Equal seeds behave equally. */
export interface Behaviour {
  readonly seed: number;
  /** The share of values that are not as the schema demands. */
  readonly faults: number;
  /** The share of values that are null. */
  readonly nulls: number;
  /** What was called, in order. */
  readonly calls: string[];
}

interface Parent {
  readonly key: string;
  readonly type: string;
}

/** A schema whose resolvers return, throw, reject, wait or return nonsense, as the seed decides. */
export function randomSchema(): GraphQLSchema {
  const schema = buildASTSchema(parse(definition));
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    if (isObjectType(type)) {
      for (const field of Object.values(type.getFields()))
        field.resolve = resolver(schema, field.type);
      if (type.name === 'Dog') {
        type.isTypeOf = (value, context) =>
          later(random(context, keyOf(value), 'isTypeOf'), value !== 'not a dog');
      }
    }
    if (isInterfaceType(type) || isUnionType(type)) {
      type.resolveType = (value, context) => {
        const next = random(context, keyOf(value), `type ${type.name}`);
        const name = next() < context.faults / 4 ? pick(next, wrongTypes) : value.type;
        return later(next, name);
      };
    }
  }
  return schema;
}

const wrongTypes = [undefined, 'Nothing', 'Color', 'Query', 7] as const;

function keyOf(value: unknown): string {
  return typeof value === 'object' && value !== null && 'key' in value ? String(value.key) : '';
}

function random({ seed }: Behaviour, ...parts: readonly string[]): () => number {
  return randomOf(hashOf([seed, ...parts].join('|')));
}

/** The value, or a promise of it that takes a few steps. */
function later<T>(next: () => number, value: T): T | Promise<T> {
  if (next() < 0.6) return value;
  const steps = Math.floor(next() * 4);
  return (async () => {
    for (let n = 0; n < steps; n++) await null;
    return value;
  })();
}

function resolver(
  schema: GraphQLSchema,
  type: GraphQLOutputType,
): GraphQLFieldResolver<Parent | undefined, Behaviour> {
  return (parent, args, context, { path, parentType, fieldName, fieldNodes }) => {
    const key = `${parent?.key ?? ''}.${fieldName}${JSON.stringify(args)}`;
    context.calls.push(
      `${parentType.name}.${fieldName} ${keysOf(path).join('.')} ${JSON.stringify(args)} ${fieldNodes.length}`,
    );
    const next = random(context, key);
    if (next() < context.faults) return fault(next, key);
    return later(next, resolved(schema, type, context, key, next));
  };
}

function keysOf(path: { readonly key: string | number; readonly prev?: unknown } | undefined) {
  const keys: (string | number)[] = [];
  for (let at = path; at; at = at.prev as typeof path) keys.unshift(at.key);
  return keys;
}

function fault(next: () => number, key: string): unknown {
  const error = new Error(`failed ${key}`);
  switch (Math.floor(next() * 6)) {
    case 0:
      throw error;
    case 1:
      return error;
    case 2:
      return later(next, null);
    case 3:
      return later(next, error);
    case 4:
      return later(next, Symbol.for('nonsense'));
    default:
      return Promise.resolve().then(() => {
        throw error;
      });
  }
}

function resolved(
  schema: GraphQLSchema,
  type: GraphQLOutputType,
  context: Behaviour,
  key: string,
  next: () => number,
): unknown {
  if (isNonNullType(type))
    return resolved(schema, type.ofType, { ...context, nulls: context.faults }, key, next);
  if (next() < context.nulls) return null;
  if (isListType(type)) return listOf(schema, type.ofType, context, key, next);
  if (isAbstractType(type)) {
    const names = schema.getPossibleTypes(type).map(({ name }) => name);
    return { key, type: names[Math.floor(next() * names.length)] };
  }
  if (isObjectType(type)) return { key, type: type.name };
  return leafOf(type.name, next);
}

/**
 * Items that cannot be null and fail are promises: when one fails at once and another one later,
 * graphql-js does not handle the rejection.
 */
function listOf(
  schema: GraphQLSchema,
  type: GraphQLOutputType,
  context: Behaviour,
  key: string,
  next: () => number,
): unknown {
  const isAsync = isNonNullType(type) && context.faults > 0 ? true : next() < 0.3;
  const items = Array.from({ length: Math.floor(next() * 4) }, (_, n) => {
    const itemKey = `${key}[${n}]`;
    const fails = next() < context.faults / 2;
    const item = fails
      ? new Error(`failed ${itemKey}`)
      : resolved(schema, type, context, itemKey, next);
    return isAsync ? Promise.resolve(item) : item;
  });
  return next() < 0.2 ? new Set(items) : items;
}

function leafOf(name: string, next: () => number): unknown {
  switch (name) {
    case 'Int':
      return Math.floor(next() * 100);
    case 'Float':
      return next();
    case 'Boolean':
      return next() < 0.5;
    case 'Color':
      return next() < 0.5 ? 'RED' : 'GREEN';
    default:
      // Numbers are written as text.
      return next() < 0.2 ? 7 : `text ${Math.floor(next() * 100)}`;
  }
}
