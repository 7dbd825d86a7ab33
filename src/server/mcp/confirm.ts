import { type GraphQLSchema, getArgumentValues, Kind } from 'graphql';
import type { DocumentTool } from './tools.ts';

/** Executes a document for the caller; null when it fails. */
export type Ask = (text: string, variables: Readonly<Record<string, unknown>>) => Promise<unknown>;

const NAMES = 'billing { account { name } } reseller { customerDomain }';
const ofCustomer = `query NamesOfCustomer($id: ID!) { customer(by: { id: $id }) { ${NAMES} } }`;
const ofSubscription = `query NamesOfCustomerOfSubscription($id: ID!) {
  subscription(by: { id: $id }) { customer { ${NAMES} } } }`;

/**
 * Why a destructive tool must not run yet; null when the caller has named the right customer. A dry
 * run needs no name, but one that is given must be right.
 */
export async function confirmProblem(
  schema: GraphQLSchema,
  tool: DocumentTool,
  given: Readonly<Record<string, unknown>>,
  ask: Ask,
): Promise<string | null> {
  const { confirm } = given;
  const input = inputOf(schema, tool, given);
  if (input.dryRun === true && confirm === undefined) return null;
  if (typeof confirm !== 'string' || confirm.trim() === '') {
    return 'This cannot be undone easily. Ask a person, then set confirm to the primary domain of the customer or to the name of its billing account. dryRun: true needs no confirm.';
  }
  const names = await namesOfTarget(input, ask);
  if (names.length === 0) return 'The customer was not found, so its name cannot be confirmed.';
  const wanted = normalised(confirm);
  if (names.some((name) => normalised(name) === wanted)) return null;
  return 'confirm is neither the primary domain of the affected customer nor the name of its billing account. Check that the id is the right one.';
}

async function namesOfTarget({ customer, subscription }: Input, ask: Ask): Promise<string[]> {
  const [text, id] =
    customer === undefined ? [ofSubscription, subscription] : [ofCustomer, customer];
  return textsIn(await ask(text, { id }));
}

interface Input {
  readonly customer?: unknown;
  readonly subscription?: unknown;
  readonly dryRun?: unknown;
}

/** The mutation's input: the ids of its target, and whether it is a dry run. */
function inputOf(
  schema: GraphQLSchema,
  { document, field }: DocumentTool,
  given: Readonly<Record<string, unknown>>,
): Input {
  const definition = schema.getMutationType()?.getFields()[field];
  const [node] = document.operation.selectionSet.selections;
  if (!definition || node?.kind !== Kind.FIELD) return {};
  const { input } = getArgumentValues(definition, node, { ...given });
  return typeof input === 'object' && input !== null ? input : {};
}

/** Every text in a value. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}

function normalised(name: string): string {
  return name.trim().toLowerCase();
}
