import { type BackendName, type ErrorCode, GatewayError } from '../domain/error.ts';
import { backendCallEnded } from '../domain/telemetry.ts';
import {
  activeSpan,
  runIn,
  type Span,
  type SpanAttributes,
  startChild,
} from '../domain/tracing.ts';

/** An attempt as traces show it, by OpenTelemetry's semantic conventions. */
export interface AttemptSpan {
  readonly name: string;
  readonly attributes: SpanAttributes;
}

export interface ObservedCall<T> {
  readonly service: BackendName;
  /** Returns one of a bounded number of names. Called only for a call that is observed. */
  readonly method: () => string;
  /** Called only for a call that is traced. */
  readonly span: () => AttemptSpan;
  /** The code of the failure that a response reports; null when it is a success. */
  readonly codeOf?: (response: T) => ErrorCode | null;
}

type Code = ErrorCode | 'OK' | 'ABORTED';

/**
 * Sends one call, publishes how it ended, and records it as a span when its request is traced.
 * @param send runs within the span, so that its headers name it; null when the call is not traced
 */
export function observed<T>(
  call: ObservedCall<T>,
  send: (span: Span | null) => Promise<T>,
): Promise<T> {
  const span = activeSpan() && startAttempt(call);
  return span || backendCallEnded.isObserved ? observe(call, span, send) : send(null);
}

async function observe<T>(
  call: ObservedCall<T>,
  span: Span | null,
  send: (span: Span | null) => Promise<T>,
): Promise<T> {
  const { service, method, codeOf } = call;
  const startedAt = performance.now();
  const ended = (code: Code): void => {
    const durationMs = performance.now() - startedAt;
    backendCallEnded.publish({ service, method: method(), code, durationMs });
    if (code !== 'OK') span?.fail(code);
    span?.end();
  };
  try {
    const response = await runIn(span, () => send(span));
    ended(codeOf?.(response) ?? 'OK');
    return response;
  } catch (error) {
    ended(error instanceof GatewayError ? error.code : 'ABORTED');
    throw error;
  }
}

function startAttempt<T>({ span }: ObservedCall<T>): Span | null {
  const { name, attributes } = span();
  const resends = activeSpan()?.nextAttempt() || undefined;
  return startChild({
    ...{ name, kind: 'CLIENT' },
    attributes: { ...attributes, 'http.request.resend_count': resends },
  });
}
