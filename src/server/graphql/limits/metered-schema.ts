import {
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type { Meter } from './meter.ts';
import { type OwnSize, ownSize } from './own-size.ts';
import { slices } from './slices.ts';

/** What the resolvers need of the context. */
export interface MeteredContext {
  readonly meter: Meter;
  /** Aborts when the request ends, also at its deadline. */
  readonly signal: AbortSignal;
}

type Field = GraphQLField<unknown, Partial<MeteredContext>>;
type Resolver = GraphQLFieldResolver<unknown, Partial<MeteredContext>>;

const metered = new WeakSet<GraphQLSchema>();

/**
 * Makes the resolvers of a schema count what they return, stop when the request has ended, and let
 * the event loop turn between parts of a long answer. Requests bring their meter in the context.
 */
export function meterSchema(schema: GraphQLSchema): void {
  if (metered.has(schema)) return;
  metered.add(schema);
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) field.resolve = meteredResolver(field);
  }
}

function meteredResolver(field: Field): Resolver {
  return isCompositeType(getNamedType(field.type)) ? objectResolver(field) : leafResolver(field);
}

/** Resolves objects in slices, and stops when the query or event has ended. */
function objectResolver(field: Field): Resolver {
  const resolve = field.resolve ?? defaultFieldResolver;
  const isNullable = !isNonNullType(field.type);
  return (source, args, context, info) => {
    const { meter, signal } = context;
    if (!meter || !signal) return resolve(source, args, context, info);
    const fail = failing(meter, isNullable);
    const run = (): unknown => {
      // The outcome of a mutation is returned after the deadline too: a client must learn its key.
      if (info.operation.operation !== 'mutation' || !info.path.prev) signal.throwIfAborted();
      return resolve(source, args, context, info);
    };
    /** One promise for each step would take most of the time and memory of a long answer. */
    const settle = async (value: unknown): Promise<unknown> => {
      try {
        if (value === LATER) await meter.turn();
        return counted(await (value === LATER ? run() : value), meter, info);
      } catch (error) {
        return fail(error);
      } finally {
        meter.release();
      }
    };
    if (!meter.hasRoom()) return settle(LATER);
    try {
      const value = run();
      if (!(value instanceof Promise)) return counted(value, meter, info);
      meter.take();
      return settle(value);
    } catch (error) {
      return fail(error);
    }
  };
}

/** Stands for the value of a field that is not resolved yet. */
const LATER = Symbol('later');

/** Counts the text of leaf fields. */
function leafResolver(field: Field): Resolver {
  const resolve = field.resolve ?? defaultFieldResolver;
  const isNullable = !isNonNullType(field.type);
  return (source, args, context, info) => {
    const { meter } = context;
    if (!meter) return resolve(source, args, context, info);
    const count = (value: unknown): unknown => {
      if (typeof value === 'string' || typeof value === 'object') meter.countText(value);
      return value;
    };
    const fail = failing(meter, isNullable);
    try {
      const value = resolve(source, args, context, info);
      return value instanceof Promise ? value.then(count).catch(fail) : count(value);
    } catch (error) {
      return fail(error);
    }
  };
}

/** Turns the failure of a nullable field into null when the answer has too many errors already. */
function failing(meter: Meter, isNullable: boolean): (error: unknown) => null {
  return (error) => {
    if (isNullable && !meter.admitsError()) return null;
    throw error;
  };
}

/** The value, as soon as there is time for its fields. */
function counted(value: unknown, meter: Meter, info: GraphQLResolveInfo): unknown {
  if (value == null) return value;
  const own = ownSize(info);
  if (Array.isArray(value)) {
    meter.countValues(value.length * own.values);
    return inParts(value, own, meter);
  }
  meter.countValues(own.values);
  return meter.isOver() ? slices.next().then(() => value) : value;
}

/** Fields that are resolved without a look at the clock. */
const PART = 1_000;

/** The same items; those after the first part are promises that wait for their turn. */
function inParts(items: readonly unknown[], { fields }: OwnSize, meter: Meter): readonly unknown[] {
  const size = Math.max(1, Math.floor(PART / Math.max(1, fields)));
  // Items that are promises already have a turn each, and must be observed at once.
  if (items.length <= size || items.some((item) => item instanceof Promise)) return items;
  const all = items.length * fields;
  let turn = Promise.resolve();
  return items.map((item, index) => {
    if (index % size === 0) turn = turn.then(() => (meter.isOver(all) ? slices.next() : undefined));
    return turn.then(() => item);
  });
}
