import { type ExecutionArgs, type ExecutionResult, execute, GraphQLError } from 'graphql';
import { Execution } from './execution.ts';
import { runSelection } from './fields.ts';
import { isPromise, type Results, type SelectionPlan } from './model.ts';
import { plansOf } from './plans.ts';

/**
 * Executes a query as `execute` of graphql-js does, with the same data and errors. What depends only on
 * the document and the schema is computed once for each document. graphql-js executes everything else:
 * mutations, introspection, and requests that it rejects.
 * @param args with a valid document
 */
export function executeCompiled(args: ExecutionArgs): ExecutionResult | Promise<ExecutionResult> {
  const { schema, document, operationName, variableValues, rootValue, contextValue } = args;
  const plans = plansOf(schema, document, operationName ?? null);
  if (!plans) return execute(args);
  const { operation, fragments } = plans;
  const coerced = plans.coerce(variableValues ?? {});
  const plan = coerced && plans.plan(coerced);
  if (!plan) return execute(args);
  const run = new Execution({
    ...{ schema, fragments, operation, rootValue, contextValue, variableValues: coerced },
  });
  return answer(run, plan, rootValue);
}

function answer(run: Execution, plan: SelectionPlan, rootValue: unknown) {
  const succeeded = (data: Results): ExecutionResult =>
    run.errors.length === 0 ? { data } : { errors: run.errors, data };
  const failed = (problem: unknown): ExecutionResult => {
    if (!(problem instanceof GraphQLError)) throw problem;
    return { errors: [...run.errors, problem], data: null };
  };
  try {
    const data = runSelection(run, plan, rootValue, undefined);
    return isPromise(data) ? data.then(succeeded, failed) : succeeded(data);
  } catch (problem) {
    return failed(problem);
  }
}
