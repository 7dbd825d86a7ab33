import { getOperationAST } from 'graphql';
import type { Limits } from '../../../domain/limits.ts';
import type { RequestArgs } from '../request-context.ts';
import { checkCost } from './cost-limit.ts';
import type { Cost } from './cost-model.ts';

/**
 * Checks a valid document together with its variables, before it is executed.
 * @throws GraphQLError when the request exceeds a limit
 */
export function checkRequest(args: RequestArgs, limits: Limits): Cost {
  const { schema, document, operationName, variableValues } = args;
  const operation = getOperationAST(document, operationName);
  // The executor reports it.
  if (!operation) return { values: 0, introspection: 0 };
  const measured = { schema, document, operation, variables: variableValues ?? {} };
  return checkCost(measured, limits.cost);
}
