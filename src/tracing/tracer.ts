import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Span as ApiSpan,
  type Tracer as ApiTracer,
  type Context,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { parseTraceParent, TraceState } from '@opentelemetry/core';
import type { Span, SpanAttributes, TraceContext, Tracer } from '../domain/tracing.ts';

/** A span of the OpenTelemetry SDK, which records nothing when its trace is not sampled. */
class SdkSpan implements Span {
  readonly span: ApiSpan;
  #context: TraceContext | undefined;
  #attempts = 0;

  constructor(span: ApiSpan) {
    this.span = span;
  }

  get traceId(): string {
    return this.span.spanContext().traceId;
  }

  get context(): TraceContext {
    this.#context ??= toHeaders(this.span.spanContext());
    return this.#context;
  }

  set(attributes: SpanAttributes): void {
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== undefined) this.span.setAttribute(name, value);
    }
  }

  link(context: TraceContext): void {
    const linked = fromHeaders(context);
    if (linked) this.span.addLink({ context: linked });
  }

  fail(type: string): void {
    this.span.setAttribute('error.type', type);
    this.span.setStatus({ code: SpanStatusCode.ERROR });
  }

  nextAttempt(): number {
    return this.#attempts++;
  }

  end(): void {
    this.span.end();
  }
}

/** Follows asynchronous work with AsyncLocalStorage. */
export function createTracer(tracer: ApiTracer): Tracer {
  const storage = new AsyncLocalStorage<SdkSpan | null>();
  return {
    active: () => storage.getStore() ?? null,
    start({ name, kind = 'INTERNAL', attributes = {} }, parent) {
      const span = tracer.startSpan(
        name,
        { kind: SpanKind[kind], attributes: { ...attributes } },
        contextOf(parent),
      );
      return new SdkSpan(span);
    },
    run: (span, work) => storage.run(span instanceof SdkSpan ? span : null, work),
  };
}

function contextOf(parent: Span | TraceContext | null): Context {
  if (parent === null) return ROOT_CONTEXT;
  if (parent instanceof SdkSpan) return trace.setSpan(ROOT_CONTEXT, parent.span);
  const known = fromHeaders('traceparent' in parent ? parent : parent.context);
  return known ? trace.setSpanContext(ROOT_CONTEXT, known) : ROOT_CONTEXT;
}

function toHeaders({ traceId, spanId, traceFlags, traceState }: SpanContext): TraceContext {
  const flags = traceFlags.toString(16).padStart(2, '0');
  const tracestate = traceState?.serialize() || null;
  return { traceparent: `00-${traceId}-${spanId}-${flags}`, tracestate };
}

/** Null for a `traceparent` that is malformed, which begins a new trace as W3C Trace Context wants. */
function fromHeaders({ traceparent, tracestate }: TraceContext): SpanContext | null {
  const parsed = parseTraceParent(traceparent);
  if (!parsed) return null;
  const state = tracestate === null ? {} : { traceState: new TraceState(tracestate) };
  return { ...parsed, ...state, isRemote: true };
}
