import { type DocumentNode, getOperationAST } from 'graphql';
import type { Limits } from '../../../domain/limits.ts';
import type { RequestArgs } from '../request-context.ts';
import { checkCost } from './cost-limit.ts';
import type { Cost } from './cost-model.ts';
import { sizingKey } from './sizing.ts';

/** Costs that are kept for one document. */
const MAX_KNOWN = 100;

const costs = new WeakMap<DocumentNode, Map<string, Cost>>();

/**
 * Checks a valid document together with its variables, before it is executed.
 * @throws GraphQLError when the request exceeds a limit
 */
export function checkRequest(args: RequestArgs, limits: Limits): Cost {
  const { schema, document, operationName, variableValues } = args;
  const operation = getOperationAST(document, operationName);
  // The executor reports it.
  if (!operation) return { values: 0, introspection: 0 };
  const variables = variableValues ?? {};
  const known = costs.get(document) ?? new Map<string, Cost>();
  costs.set(document, known);
  const key = `${operationName ?? ''} ${sizingKey(document, variables)}`;
  const found = known.get(key);
  if (found && found.values <= limits.cost) return found;
  const cost = checkCost({ schema, document, operation, variables }, limits.cost);
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(key, cost);
  return cost;
}
