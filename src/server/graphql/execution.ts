import { type ExecutionResult, GraphQLError, getOperationAST } from 'graphql';
import { GatewayError } from '../../domain/error.ts';
import type { Limits } from '../../domain/limits.ts';
import { runIn, type Span } from '../../domain/tracing.ts';
import { startOperationSpan } from '../telemetry/spans.ts';
import { executeCompiled } from './compiled/execute.ts';
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
  const run: ExecuteOnce = async (args) => {
    const { viewer, signal, meter, record, errorScope } = args.contextValue;
    record?.setOperation(args.document, args.operationName);
    let leave: (() => void) | undefined;
    let isComplete = false;
    try {
      const { values } = checkRequest(args, limits);
      record?.setCost(values);
      meter.expect(values);
      const entered = gate.enter(viewer.subject, values, signal);
      leave = entered instanceof Promise ? await entered : entered;
      if (meter.isLong && !slices.hasTime()) await slices.next();
      const result = publicResult(
        completed(await executeCompiled(args), meter, isMutation(args)),
        errorScope,
      );
      const written = answerJson(result, meter, limits.answerBytes);
      const json = written instanceof Promise ? await written : written;
      if (json === null) throw answerTooLong(limits.answerBytes, isMutation(args));
      isComplete = result.errors === undefined;
      return { ...result, stringify: () => json };
    } catch (error) {
      const failed = publicResult({ errors: [toGraphQLError(error)] }, errorScope);
      return { ...failed, stringify: () => JSON.stringify(failed) };
    } finally {
      leave?.();
      args.contextValue.end(isComplete);
    }
  };
  return (args) => {
    const span = startOperationSpan(args);
    return span === null ? run(args) : inOperationSpan(span, () => run(args));
  };
}

async function inOperationSpan(span: Span, run: () => Promise<Answer>): Promise<Answer> {
  const answer = await runIn(span, run);
  if (answer.errors) span.fail(codeOf(answer.errors));
  span.end();
  return answer;
}

/** The code of the first error, as clients see it. */
function codeOf([error]: readonly GraphQLError[]): string {
  return String(error?.extensions['code'] ?? 'INTERNAL_SERVER_ERROR');
}

/** The changes of a mutation were made, or not, before its answer turned out to be too large. */
function hasRun(message: string): GatewayError {
  const advice = 'The mutation has run: read auditLog for its outcome before you send it again.';
  return new GatewayError('OUTCOME_UNKNOWN', `${message} ${advice}`);
}

function answerTooLong(maxBytes: number, isMutation: boolean): Error {
  return isMutation ? hasRun(tooLong(maxBytes)) : new GraphQLError(tooLong(maxBytes));
}

/** Below a root field of a mutation, a limit says nothing about the change. */
function withoutBlame(error: GraphQLError, failure: GatewayError): GraphQLError {
  if (error.originalError !== failure || (error.path?.length ?? 0) < 2) return error;
  const { nodes, path } = error;
  const originalError = hasRun(failure.message);
  return new GraphQLError(originalError.message, {
    nodes: nodes ?? null,
    path: path ?? null,
    originalError,
  });
}

/**
 * A query or event that exceeded a limit has no data. A mutation keeps what it has, because its change
 * was made.
 */
export function completed(result: ExecutionResult, meter: Meter, isMutation = false) {
  const { failure, omittedErrors } = meter;
  if (failure && !isMutation) return { errors: [toGraphQLError(failure)] };
  if (!failure && omittedErrors === 0) return result;
  const errors = (result.errors ?? []).map((error) =>
    failure ? withoutBlame(error, failure) : error,
  );
  if (omittedErrors > 0) {
    errors.push(new GraphQLError(`${omittedErrors} more fields failed; they are null.`));
  }
  return { ...result, errors };
}

function isMutation({ document, operationName }: RequestArgs): boolean {
  return getOperationAST(document, operationName)?.operation === 'mutation';
}
