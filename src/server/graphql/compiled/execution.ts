import {
  type FragmentDefinitionNode,
  type GraphQLError,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  locatedError,
  type OperationDefinitionNode,
} from 'graphql';
import type { MeteredContext } from '../limits/metered-schema.ts';
import { type FieldPlan, type Nodes, type Path, pathOf, type Results, type Run } from './model.ts';

/** What an execution needs of its operation. */
export interface ExecutionOptions {
  readonly schema: GraphQLSchema;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  readonly operation: OperationDefinitionNode;
  readonly variableValues: Readonly<Record<string, unknown>>;
  readonly rootValue: unknown;
  readonly contextValue: unknown;
}

const NO_ARGUMENTS: Results = Object.freeze({});

/** One execution of a plan. */
export class Execution implements Run {
  readonly contextValue: unknown;
  readonly metering: Partial<MeteredContext> | null;
  readonly errors: GraphQLError[] = [];
  readonly #options: ExecutionOptions;
  /** By the slots of the fields. */
  readonly #arguments: Results[] = [];
  readonly #infos: GraphQLResolveInfo[] = [];
  /** Where the answer is null because of an error. */
  #nulled: Set<Path> | undefined;

  constructor(options: ExecutionOptions) {
    this.#options = options;
    this.contextValue = options.contextValue;
    this.metering = isContext(options.contextValue) ? options.contextValue : null;
  }

  argumentsOf(plan: FieldPlan): Results {
    const { readArguments, slot } = plan;
    if (!readArguments) return NO_ARGUMENTS;
    const known = this.#arguments[slot];
    if (known) return known;
    const values = readArguments(this.#options.variableValues);
    this.#arguments[slot] = values;
    return values;
  }

  info({ field, nodes, parent }: FieldPlan, path: Path): GraphQLResolveInfo {
    const { schema, fragments, rootValue, operation, variableValues } = this.#options;
    // Without spreading, which takes most of the time of a list of objects.
    return {
      fieldName: field.name,
      fieldNodes: nodes,
      returnType: field.type,
      parentType: parent,
      path,
      schema,
      fragments,
      rootValue,
      operation,
      variableValues,
    };
  }

  sharedInfo(plan: FieldPlan, parent: Path | undefined): GraphQLResolveInfo {
    const known = this.#infos[plan.slot];
    if (known) return known;
    const info = this.info(plan, pathOf(plan, parent));
    this.#infos[plan.slot] = info;
    return info;
  }

  fail(problem: unknown, nodes: Nodes, path: Path, isNonNull: boolean): null {
    const error = locatedError(problem, nodes, keysOf(path));
    if (isNonNull) throw error;
    if (this.#isNulled(path)) return null;
    this.#nulled ??= new Set();
    this.#nulled.add(path);
    this.errors.push(error);
    return null;
  }

  /** What is inside a value that became null is not in the answer, and neither are its errors. */
  #isNulled(path: Path): boolean {
    const nulled = this.#nulled;
    if (!nulled) return false;
    for (let at: Path | undefined = path; at !== undefined; at = at.prev) {
      if (nulled.has(at)) return true;
    }
    return false;
  }
}

function isContext(value: unknown): value is Partial<MeteredContext> {
  return typeof value === 'object' && value !== null;
}

function keysOf(path: Path): (string | number)[] {
  const keys: (string | number)[] = [];
  for (let at: Path | undefined = path; at !== undefined; at = at.prev) keys.push(at.key);
  return keys.reverse();
}
