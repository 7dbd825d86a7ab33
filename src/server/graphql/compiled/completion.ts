import {
  defaultTypeResolver,
  type GraphQLAbstractType,
  GraphQLError,
  type GraphQLList,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { inspect } from 'graphql/jsutils/inspect.js';
import { runSelection } from './fields.ts';
import { serializer } from './leaf.ts';
import {
  type Complete,
  isPromise,
  type Nodes,
  type Path,
  type Run,
  type SelectionPlan,
} from './model.ts';

/** The field whose value is completed. */
export interface Completed {
  readonly schema: GraphQLSchema;
  readonly nodes: Nodes;
  /** Such as `Query.customer`. */
  readonly coordinate: string;
  readonly selectionOf: (type: GraphQLObjectType) => SelectionPlan;
}

export function completionOf(type: GraphQLOutputType, completed: Completed): Complete {
  if (!isNonNullType(type)) return nullable(type, completed);
  const complete = nullable(type.ofType, completed);
  const { coordinate } = completed;
  return (run, info, path, value) => {
    const found = complete(run, info, path, value);
    if (found !== null) return found;
    throw new Error(`Cannot return null for non-nullable field ${coordinate}.`);
  };
}

function nullable(
  type: Exclude<GraphQLOutputType, { readonly ofType: GraphQLObjectType }>,
  completed: Completed,
): Complete {
  const complete = present(type, completed);
  return (run, info, path, value) => {
    if (value instanceof Error) throw value;
    return value === null || value === undefined ? null : complete(run, info, path, value);
  };
}

function present(type: GraphQLOutputType, completed: Completed): Complete {
  if (isListType(type)) return list(type, completed);
  if (isAbstractType(type)) return abstract(type, completed);
  if (isObjectType(type)) return object(type, completed);
  if (!isLeafType(type)) throw new Error(`${String(type)} is not a type of nullable values`);
  const serialize = serializer(type);
  return (_run, _info, _path, value) => serialize(value);
}

function list({ ofType }: GraphQLList<GraphQLOutputType>, completed: Completed): Complete {
  const complete = completionOf(ofType, completed);
  const isItemNonNull = isNonNullType(ofType);
  const { nodes, coordinate } = completed;

  function item(run: Run, info: GraphQLResolveInfo, path: Path, value: unknown): unknown {
    try {
      const found = isPromise(value)
        ? completeLater(run, info, path, value)
        : complete(run, info, path, value);
      return found instanceof Promise ? failLater(run, path, found) : found;
    } catch (problem) {
      return run.fail(problem, nodes, path, isItemNonNull);
    }
  }

  function completeLater(
    run: Run,
    info: GraphQLResolveInfo,
    path: Path,
    value: Promise<unknown>,
  ): Promise<unknown> {
    return value.then((resolved) => complete(run, info, path, resolved));
  }

  function failLater(run: Run, path: Path, found: Promise<unknown>): Promise<unknown> {
    return found.then(undefined, (problem) => run.fail(problem, nodes, path, isItemNonNull));
  }

  return (run, info, path, value) => {
    if (!isIterable(value)) {
      throw new GraphQLError(`Expected Iterable, but did not find one for field "${coordinate}".`);
    }
    const items: unknown[] = [];
    let hasPromise = false;
    try {
      for (const each of value) {
        const key = items.length;
        const found = item(run, info, { prev: path, key, typename: undefined }, each);
        items.push(found);
        hasPromise ||= found instanceof Promise;
      }
    } catch (problem) {
      // Those before it may fail later, with nothing left to handle that.
      if (hasPromise) Promise.all(items).catch(() => {});
      throw problem;
    }
    return hasPromise ? Promise.all(items) : items;
  };
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}

function object(type: GraphQLObjectType, { nodes, selectionOf }: Completed): Complete {
  const { isTypeOf } = type;
  let selection: SelectionPlan | undefined;
  const complete: Complete = (run, _info, path, value) => {
    selection ??= selectionOf(type);
    return runSelection(run, selection, value, path);
  };
  if (!isTypeOf) return complete;
  return (run, info, path, value) => {
    const checked = (isOfType: boolean): unknown => {
      if (isOfType) return complete(run, info, path, value);
      const message = `Expected value of type "${type.name}" but got: ${inspect(value)}.`;
      throw new GraphQLError(message, { nodes });
    };
    const isOfType = isTypeOf(value, run.contextValue, info);
    return isPromise(isOfType) ? isOfType.then(checked) : checked(isOfType);
  };
}

function abstract(type: GraphQLAbstractType, completed: Completed): Complete {
  const resolveType = type.resolveType ?? defaultTypeResolver;
  const objects = new Map<string, Complete>();

  function objectOf(name: unknown, value: unknown): Complete {
    const known = typeof name === 'string' ? objects.get(name) : undefined;
    if (known) return known;
    const found = runtimeType(name, value, type, completed);
    const complete = object(found, completed);
    objects.set(found.name, complete);
    return complete;
  }

  function whenNamed(
    name: Promise<unknown>,
    ...[run, info, path, value]: Parameters<Complete>
  ): Promise<unknown> {
    return name.then((resolved) => objectOf(resolved, value)(run, info, path, value));
  }

  return (run, info, path, value) => {
    const name: unknown = resolveType(value, run.contextValue, info, type);
    return isPromise(name)
      ? whenNamed(name, run, info, path, value)
      : objectOf(name, value)(run, info, path, value);
  };
}

/** @throws GraphQLError when the name is not that of an object of the abstract type */
function runtimeType(
  name: unknown,
  value: unknown,
  abstractType: GraphQLAbstractType,
  { schema, nodes, coordinate }: Completed,
): GraphQLObjectType {
  const subject = `Abstract type "${abstractType.name}"`;
  const must = `${subject} must resolve to an Object type at runtime for field "${coordinate}"`;
  if (name === null || name === undefined) {
    const advice = `Either the "${abstractType.name}" type should provide a "resolveType" function or each possible type should provide an "isTypeOf" function.`;
    throw new GraphQLError(`${must}. ${advice}`, { nodes });
  }
  if (isObjectType(name)) {
    throw new GraphQLError(
      'Support for returning GraphQLObjectType from resolveType was removed in graphql-js@16.0.0 please return type name instead.',
    );
  }
  if (typeof name !== 'string') {
    throw new GraphQLError(`${must} with value ${inspect(value)}, received "${inspect(name)}".`);
  }
  const type = schema.getType(name);
  if (!type) {
    const message = `${subject} was resolved to a type "${name}" that does not exist inside the schema.`;
    throw new GraphQLError(message, { nodes });
  }
  if (!isObjectType(type)) {
    throw new GraphQLError(`${subject} was resolved to a non-object type "${name}".`, { nodes });
  }
  if (schema.isSubType(abstractType, type)) return type;
  const message = `Runtime Object type "${name}" is not a possible type for "${abstractType.name}".`;
  throw new GraphQLError(message, { nodes });
}
