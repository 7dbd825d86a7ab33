import type { TraceContext } from '../../domain/tracing.ts';

/** The value of a column `trace_context`: the two headers of W3C Trace Context in one text. */
export function encodeTrace(trace: TraceContext | null | undefined): string | null {
  if (!trace) return null;
  return trace.tracestate === null ? trace.traceparent : `${trace.traceparent} ${trace.tracestate}`;
}

export function decodeTrace(text: string | null): TraceContext | null {
  if (text === null) return null;
  const space = text.indexOf(' ');
  if (space === -1) return { traceparent: text, tracestate: null };
  return { traceparent: text.slice(0, space), tracestate: text.slice(space + 1) };
}
