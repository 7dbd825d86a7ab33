import { type ExecutionResult, execute } from 'graphql';
import { runIn, type Span, startSpan } from '../../domain/tracing.ts';
import { completed } from './execution.ts';
import { boundedJson, tooLong } from './limits/answer-json.ts';
import { type ErrorScope, publicResult, toGraphQLError } from './public-error.ts';
import type { RequestArgs } from './request-context.ts';

/** The result of an event, for all subscriptions that share it. */
export interface EventResult {
  readonly result: ExecutionResult;
  /** The result as JSON. */
  readonly payload: string;
}

/**
 * Executes an event with a context of its own, so that no loader returns cached data of an earlier one.
 * @param maxBytes the longest result
 * @param subscription the span of a subscription that receives the result
 * @param done receives the result, at once when no backend is called. Not called after a cancellation
 * @returns cancels the execution
 */
export function executeEvent(
  event: unknown,
  args: RequestArgs,
  maxBytes: number,
  subscription: Span | null,
  done: (result: EventResult) => void,
): () => void {
  const contextValue = args.contextValue.forEvent();
  const { meter, errorScope } = contextValue;
  const span = subscription && startSpan({ name: 'subscription event' }, subscription);
  let isCancelled = false;
  const settle = (result: ExecutionResult): void => {
    span?.end();
    contextValue.end();
    if (!isCancelled) done(eventResult(completed(result, meter), errorScope, maxBytes));
  };
  const fail = (error: unknown): void => settle({ errors: [toGraphQLError(error)] });
  const result = runIn(span, () => execute({ ...args, rootValue: event, contextValue }));
  if (result instanceof Promise) result.then(settle, fail);
  else settle(result);
  return () => {
    isCancelled = true;
    contextValue.end();
  };
}

/** A result as clients see it; an error instead of one that is too long. */
export function eventResult(
  internal: ExecutionResult,
  scope: ErrorScope,
  maxBytes: number,
): EventResult {
  const result = publicResult(internal, scope);
  const payload = boundedJson(result, maxBytes);
  if (payload !== null) return { result, payload };
  const extensions = { code: 'BAD_USER_INPUT', retryable: false };
  const refusal = { errors: [{ message: tooLong(maxBytes), extensions }] };
  return { result, payload: JSON.stringify(refusal) };
}
