import type {
  FieldNode,
  GraphQLField,
  GraphQLFieldResolver,
  GraphQLObjectType,
  GraphQLResolveInfo,
} from 'graphql';
import type { Variables } from '../limits/arguments.ts';
import type { Metered, MeteredContext } from '../limits/metered-schema.ts';
import type { OwnSize } from '../limits/own-size.ts';

/** The position of a value in the answer. */
export type Path = GraphQLResolveInfo['path'];

/** The nodes of a field that have one response name. */
export type Nodes = readonly [FieldNode, ...FieldNode[]];

/** The values of an object's fields, by response name. */
export type Results = Record<string, unknown>;

/** @throws GraphQLError when an argument has no valid value */
export type ReadArguments = (variables: Variables) => Results;

/** One execution of a query. */
export interface Run {
  readonly contextValue: unknown;
  /** The context, as metered resolvers read it; null when it is not an object. */
  readonly metering: Partial<MeteredContext> | null;
  /** @throws GraphQLError when an argument has no valid value */
  argumentsOf(plan: FieldPlan): Results;
  info(plan: FieldPlan, path: Path): GraphQLResolveInfo;
  /** The info of any value of the field, for a field that shares it. */
  sharedInfo(plan: FieldPlan, parent: Path | undefined): GraphQLResolveInfo;
  /**
   * Records the failure of a value, which becomes null.
   * @throws GraphQLError when it must not be null: what encloses it fails then
   */
  fail(problem: unknown, nodes: Nodes, path: Path, isNonNull: boolean): null;
}

/**
 * Completes the value that a resolver returned, with the results and messages of graphql-js.
 * @throws what makes the value null
 */
export type Complete = (run: Run, info: GraphQLResolveInfo, path: Path, value: unknown) => unknown;

/** One field of a selection: what does not depend on the execution or on the object. */
export interface FieldPlan {
  /** The name in the answer. */
  readonly name: string;
  readonly nodes: Nodes;
  readonly field: GraphQLField<unknown, unknown>;
  readonly parent: GraphQLObjectType;
  readonly resolve: GraphQLFieldResolver<unknown, unknown>;
  /** What `resolve` meters; null when it does not. */
  readonly metered: Metered | null;
  /** The size of each object, which is measured once. */
  readonly sizeOf: (info: GraphQLResolveInfo) => OwnSize;
  /** Null for a field without arguments. */
  readonly readArguments: ReadArguments | null;
  /** Numbers the fields of a plan. */
  readonly slot: number;
  readonly isNonNull: boolean;
  /** Whether all values have one info, because nothing reads the path in it. */
  readonly sharesInfo: boolean;
  /** Whether the value is a scalar or enum, and shares its info. */
  readonly isPlain: boolean;
  /** Whether a text is in the answer as the resolver returns it. */
  readonly isText: boolean;
  readonly complete: Complete;
}

/** The fields of an object of one type. Those that are text, `__typename`, have that value. */
export interface SelectionPlan {
  readonly names: readonly string[];
  readonly fields: readonly (FieldPlan | string)[];
}

export function pathOf({ name, parent }: FieldPlan, prev: Path | undefined): Path {
  return { prev, key: name, typename: parent.name };
}

/** Any object with a method `then`, as graphql-js decides. */
export function isPromise(value: unknown): value is Promise<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'then' in value &&
    typeof value.then === 'function'
  );
}
