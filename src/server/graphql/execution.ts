import { type ExecutionResult, execute, GraphQLError, getOperationAST } from 'graphql';
import type { Limits } from '../../domain/limits.ts';
import { answerJson, tooLong } from './limits/answer-json.ts';
import type { Meter } from './limits/meter.ts';
import { checkRequest } from './limits/request-check.ts';
import { slices } from './limits/slices.ts';
import { WorkGate } from './limits/work-gate.ts';
import { publicResult, toGraphQLError } from './public-error.ts';
import type { RequestArgs } from './request-context.ts';

/** A result and its JSON. */
export interface Answer extends ExecutionResult {
  stringify(): string;
}

/** Executes a query or mutation and ends its context. */
export type ExecuteOnce = (args: RequestArgs) => Promise<Answer>;

/** The most costly requests of one viewer that run at the same time. */
const COSTLY_AT_ONCE = 2;

export function createExecuteOnce(limits: Limits): ExecuteOnce {
  const gate = new WorkGate(COSTLY_AT_ONCE * limits.cost);
  return async (args) => {
    const { viewer, signal, meter, record, errorScope } = args.contextValue;
    record?.setOperation(args.document, args.operationName);
    let leave: (() => void) | undefined;
    try {
      const { values } = checkRequest(args, limits);
      record?.setCost(values);
      leave = await gate.enter(viewer.subject, values, signal);
      if (slices.isOver()) await slices.next();
      const result = publicResult(
        completed(await execute(args), meter, isMutation(args)),
        errorScope,
      );
      const json = await answerJson(result, meter, limits.answerBytes);
      if (json === null) throw new GraphQLError(tooLong(limits.answerBytes));
      return { ...result, stringify: () => json };
    } catch (error) {
      const failed = publicResult({ errors: [toGraphQLError(error)] }, errorScope);
      return { ...failed, stringify: () => JSON.stringify(failed) };
    } finally {
      leave?.();
      args.contextValue.end();
    }
  };
}

/**
 * A query or event that exceeded a limit has no data. A mutation keeps what it has, because its change
 * was made.
 */
export function completed(result: ExecutionResult, meter: Meter, isMutation = false) {
  if (meter.failure && !isMutation) return { errors: [toGraphQLError(meter.failure)] };
  if (meter.omittedErrors === 0) return result;
  const message = `${meter.omittedErrors} more fields failed; they are null.`;
  return { ...result, errors: [...(result.errors ?? []), new GraphQLError(message)] };
}

function isMutation({ document, operationName }: RequestArgs): boolean {
  return getOperationAST(document, operationName)?.operation === 'mutation';
}
