import type { JSONValue, Tool } from '@modelcontextprotocol/server';
import {
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  isInputType,
  Kind,
  type OperationDefinitionNode,
  parse,
  TypeInfo,
  type TypeNode,
  typeFromAST,
  type ValueNode,
  valueFromASTUntyped,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { type ProductDocument, productDocuments } from '../documents/product-documents.ts';
import { described, inputSchema, type JsonSchema } from './json-schema.ts';

/** A document that agents can call. */
export interface DocumentTool {
  readonly tool: Tool;
  readonly document: ProductDocument;
  /** The name of its root field in the schema. */
  readonly field: string;
  readonly variables: ReadonlySet<string>;
  /** Whether the caller must name the customer that is affected. */
  readonly needsConfirm: boolean;
}

/** Mutations that end a customer's service or delete its data. */
const destructive: ReadonlySet<string> = new Set([
  'suspendCustomer',
  'suspendSubscription',
  'cancelSubscription',
  'transferSubscriptionToDirect',
]);

export const MAX_WAIT_SECONDS = 30;
export const DEFAULT_WAIT_SECONDS = 10;

/** The documents of schema/operations as tools, by their names. */
export function documentTools(schema: GraphQLSchema): ReadonlyMap<string, DocumentTool> {
  const tools = productDocuments().map((document) => toTool(schema, document));
  return new Map(tools.map((each) => [each.tool.name, each]));
}

function toTool(schema: GraphQLSchema, document: ProductDocument): DocumentTool {
  const { operation, type } = document;
  const field = rootField(operation);
  const isDestructive = destructive.has(field);
  const variables = variableSchemas(schema, document);
  const properties = {
    ...variables,
    ...(type === 'subscription' ? { waitSeconds } : {}),
    ...(isDestructive ? { confirm } : {}),
  };
  const required = [
    ...(operation.variableDefinitions ?? [])
      .filter(({ type: given, defaultValue }) => given.kind === Kind.NON_NULL_TYPE && !defaultValue)
      .map(({ variable }) => variable.name.value),
  ];
  const tool: Tool = {
    name: `${document.name.charAt(0).toLowerCase()}${document.name.slice(1)}`,
    description: describe(document),
    inputSchema: { type: 'object', properties, required, additionalProperties: false },
    annotations: {
      readOnlyHint: type !== 'mutation',
      ...(type === 'mutation' ? { destructiveHint: isDestructive } : {}),
      openWorldHint: true,
    },
  };
  const names = new Set(Object.keys(variables));
  return { tool, document, field, variables: names, needsConfirm: isDestructive };
}

const waitSeconds: JsonSchema = {
  ...{ type: 'integer', minimum: 0, maximum: MAX_WAIT_SECONDS, default: DEFAULT_WAIT_SECONDS },
  description: 'How long to wait for events, in seconds.',
};

const confirm: JsonSchema = {
  type: 'string',
  description:
    'The primary domain of the affected customer, or the name of its billing account. Required unless it is a dry run. Ask a person before you pass it.',
};

const DRY_RUN =
  'Call it with dryRun: true first (as an argument, or in input): it sends nothing, and returns the summary, changes and warnings of what it would do, or its error. Show them to a person.';

function describe({ description, type }: ProductDocument): string {
  if (type === 'mutation') return `${description} ${DRY_RUN}`;
  if (type === 'query') return description;
  return `${description} Returns the events that arrive within waitSeconds, with a cursor: pass it as after to continue without a gap.`;
}

function rootField({ selectionSet }: OperationDefinitionNode): string {
  const [selection] = selectionSet.selections;
  if (selection?.kind !== Kind.FIELD) throw new Error('a document has no root field');
  return selection.name.value;
}

/** The variables with the descriptions of the arguments and input fields that they fill. */
function variableSchemas(
  schema: GraphQLSchema,
  { operation, text }: ProductDocument,
): Record<string, JsonSchema> {
  const descriptions = variableDescriptions(schema, text);
  const entries = (operation.variableDefinitions ?? []).map(({ variable, type, defaultValue }) => {
    const name = variable.name.value;
    const base = inputSchema(inputTypeOf(schema, type));
    const value = defaultValue && { default: constantOf(defaultValue) };
    return [name, described({ ...base, ...value }, descriptions.get(name))] as const;
  });
  return Object.fromEntries(entries);
}

function inputTypeOf(schema: GraphQLSchema, node: TypeNode): GraphQLInputType {
  const type = typeFromAST(schema, node);
  if (isInputType(type)) return type;
  throw new Error('a variable of a document has no input type');
}

/** A default value is a constant, so its JSON exists. */
function constantOf(node: ValueNode): JSONValue {
  return JSON.parse(JSON.stringify(valueFromASTUntyped(node)));
}

function variableDescriptions(schema: GraphQLSchema, text: string): Map<string, string> {
  const found = new Map<string, string>();
  const info = new TypeInfo(schema);
  const note = (value: ValueNode, description: string | null | undefined): void => {
    if (value.kind !== Kind.VARIABLE || !description) return;
    const name = value.name.value;
    if (!found.has(name)) found.set(name, description);
  };
  visit(
    parse(text),
    visitWithTypeInfo(info, {
      Argument: ({ value }) => note(value, info.getArgument()?.description),
      ObjectField({ name, value }) {
        const parent = getNamedType(info.getParentInputType());
        if (isInputObjectType(parent)) note(value, parent.getFields()[name.value]?.description);
      },
    }),
  );
  return found;
}
