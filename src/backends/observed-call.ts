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

/** How the calls of one backend are shown. The functions run only for a call that is observed. */
export interface Observation<Request, Response> {
  readonly service: BackendName;
  /** Returns one of a bounded number of names. */
  method(request: Request): string;
  span(request: Request): AttemptSpan;
  /** The code of the failure that a response reports; null when it is a success. */
  codeOf?(response: Response, request: Request): ErrorCode | null;
}

type Code = ErrorCode | 'OK' | 'ABORTED';

/**
 * Sends one call, publishes how it ended, and records it as a span when its request is traced.
 * @param send runs within the span, so that its headers name it; null when the call is not traced
 */
export function observed<Request, Response>(
  how: Observation<Request, NoInfer<Response>>,
  request: Request,
  send: (span: Span | null) => Promise<Response>,
): Promise<Response> {
  const span = activeSpan() && startAttempt(how.span(request));
  return span || backendCallEnded.isObserved ? observe(how, request, span, send) : send(null);
}

async function observe<Request, Response>(
  how: Observation<Request, Response>,
  request: Request,
  span: Span | null,
  send: (span: Span | null) => Promise<Response>,
): Promise<Response> {
  const startedAt = performance.now();
  const ended = (code: Code): void => {
    const durationMs = performance.now() - startedAt;
    const { service } = how;
    backendCallEnded.publish({ service, method: how.method(request), code, durationMs });
    if (code !== 'OK') span?.fail(code);
    span?.end();
  };
  try {
    const response = await runIn(span, () => send(span));
    ended(how.codeOf?.(response, request) ?? 'OK');
    return response;
  } catch (error) {
    ended(error instanceof GatewayError ? error.code : 'ABORTED');
    throw error;
  }
}

function startAttempt({ name, attributes }: AttemptSpan): Span | null {
  const resends = activeSpan()?.nextAttempt() || undefined;
  return startChild({
    ...{ name, kind: 'CLIENT' },
    attributes: { ...attributes, 'http.request.resend_count': resends },
  });
}
