import {
  assertValidSchema,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import type { Variables } from '../limits/arguments.ts';
import { conditionsOf } from '../limits/sizing.ts';
import type { SelectionPlan } from './model.ts';
import { Planner } from './planner.ts';
import { type CoerceVariables, variableCoercion } from './variables.ts';

/** Plans of one document: an operation has one for each combination of what its variables select. */
const MAX_PLANS = 20;

/** What graphql-js executes: introspection, and a name that an object cannot have as a property. */
const UNPLANNED = /__(?:schema|type|proto__)\b/;

/** The plans of one operation. */
export interface OperationPlans {
  readonly operation: OperationDefinitionNode;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  readonly coerce: CoerceVariables;
  /** @returns null when a condition is not a boolean, which graphql-js reports */
  plan(variables: Variables): SelectionPlan | null;
}

const documents = new WeakMap<DocumentNode, DocumentPlans>();

/** The plans of a query, which live as long as its document; null when it has none. */
export function plansOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null,
): OperationPlans | null {
  let plans = documents.get(document);
  if (plans?.schema !== schema) {
    plans = new DocumentPlans(schema, document);
    documents.set(document, plans);
  }
  return plans.of(operationName);
}

class DocumentPlans {
  readonly schema: GraphQLSchema;
  readonly #document: DocumentNode;
  readonly #operations = new Map<string | null, OperationPlans | null>();

  constructor(schema: GraphQLSchema, document: DocumentNode) {
    assertValidSchema(schema);
    this.schema = schema;
    this.#document = document;
  }

  of(operationName: string | null): OperationPlans | null {
    const known = this.#operations.get(operationName);
    if (known !== undefined) return known;
    // The names of operations come from clients.
    if (this.#operations.size >= MAX_PLANS) this.#operations.clear();
    const found = this.#find(operationName);
    this.#operations.set(operationName, found);
    return found;
  }

  #find(operationName: string | null): OperationPlans | null {
    const operation = getOperationAST(this.#document, operationName);
    const source = this.#document.loc?.source.body;
    if (operation?.operation !== 'query' || source === undefined) return null;
    return UNPLANNED.test(source) ? null : plansOfOperation(this.schema, operation, this.#document);
  }
}

function plansOfOperation(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  { definitions }: DocumentNode,
): OperationPlans | null {
  const type = schema.getQueryType();
  if (!type) return null;
  const fragments: Record<string, FragmentDefinitionNode> = Object.create(null);
  for (const definition of definitions) {
    if (definition.kind !== Kind.FRAGMENT_DEFINITION) continue;
    fragments[definition.name.value] = definition;
  }
  const names = conditionsIn(operation, Object.values(fragments));
  const plans = new Map<string, SelectionPlan>();
  return {
    operation,
    fragments,
    coerce: variableCoercion(schema, operation),
    plan(variables) {
      if (names.some((name) => typeof variables[name] !== 'boolean')) return null;
      const key = names.map((name) => (variables[name] === true ? 1 : 0)).join('');
      const known = plans.get(key);
      if (known) return known;
      const planner = new Planner({ schema, operation, fragments, variables });
      const plan = planner.selection(type, [operation.selectionSet]);
      if (plans.size >= MAX_PLANS) plans.clear();
      plans.set(key, plan);
      return plan;
    },
  };
}

/** The variables of an operation that decide what is selected. */
function conditionsIn(
  operation: OperationDefinitionNode,
  fragments: readonly FragmentDefinitionNode[],
): readonly string[] {
  const defined = operation.variableDefinitions?.map(({ variable }) => variable.name.value) ?? [];
  const used = new Set([operation, ...fragments].flatMap(conditionsOf));
  return defined.filter((name) => used.has(name));
}
