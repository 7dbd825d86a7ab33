import { GatewayError } from './error.ts';

/** A place in a trace, in the form of the headers of W3C Trace Context. */
export interface TraceContext {
  readonly traceparent: string;
  readonly tracestate: string | null;
}

/** Names and values of OpenTelemetry's semantic conventions; undefined values are left out. */
export type SpanAttributes = Readonly<Record<string, string | number | undefined>>;

export interface SpanOptions {
  /** One of a bounded number of names. */
  readonly name: string;
  /** `INTERNAL` by default. */
  readonly kind?: 'SERVER' | 'CLIENT' | 'CONSUMER' | 'INTERNAL' | undefined;
  readonly attributes?: SpanAttributes | undefined;
}

/** A timed step of a trace. Its attributes hold no tokens, variables or personal data. */
export interface Span {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  readonly context: TraceContext;
  set(attributes: SpanAttributes): void;
  /** Refers to a span whose result this one shares. */
  link(context: TraceContext): void;
  /** Marks the span as failed. @param type an error code, or another of a bounded number of names */
  fail(type: string): void;
  /** Counts attempts of the call that this span covers. Returns the number before this one. */
  nextAttempt(): number;
  end(): void;
}

/** Creates spans. It follows asynchronous work, so that a span finds its parent by itself. */
export interface Tracer {
  /** The span that the current work belongs to; null outside of traces. */
  active(): Span | null;
  /** @param parent null begins a new trace */
  start(options: SpanOptions, parent: Span | TraceContext | null): Span;
  /** Runs `work`, and what it starts, in `span`; in no trace when it is null. */
  run<T>(span: Span | null, work: () => T): T;
}

/** Null while tracing is off. All functions below do nothing but run their work then. */
let tracer: Tracer | null = null;

/** Turns tracing on in this process. The returned function turns it off. */
export function installTracer(installed: Tracer): () => void {
  tracer = installed;
  return () => {
    if (tracer === installed) tracer = null;
  };
}

export function isTracing(): boolean {
  return tracer !== null;
}

export function activeSpan(): Span | null {
  return tracer === null ? null : tracer.active();
}

/** Starts a span whose caller ends it. @param parent null begins a new trace */
export function startSpan(options: SpanOptions, parent: Span | TraceContext | null): Span | null {
  return tracer === null ? null : tracer.start(options, parent);
}

/** Starts a span in the trace of the current work; null outside of traces. */
export function startChild(options: SpanOptions): Span | null {
  const parent = activeSpan();
  return parent && startSpan(options, parent);
}

/** Runs `work` in the span; in the trace of the current work when it is null. */
export function runIn<T>(span: Span | null, work: () => T): T {
  return tracer === null || span === null ? work() : tracer.run(span, work);
}

/** Runs `work` in the span that was active when it was put off; in no trace when that is null. */
export function continueIn<T>(span: Span | null, work: () => T): T {
  return tracer === null ? work() : tracer.run(span, work);
}

/** Runs `work` outside of the current trace: for work that outlives what started it. */
export function detached<T>(work: () => T): T {
  return continueIn(null, work);
}

/**
 * Runs `work` in a child of the current span, which ends with it. Outside of traces, without one.
 * @param options a function is called only within a trace
 */
export function inSpan<T>(
  options: SpanOptions | (() => SpanOptions),
  work: (span: Span | null) => Promise<T>,
): Promise<T> {
  if (activeSpan() === null) return work(null);
  const span = startChild(typeof options === 'function' ? options() : options);
  return span === null ? work(null) : runAndEnd(span, work);
}

/** Runs `work` in a span that begins a trace, for work that no request waits for. */
export function inNewTrace<T>(
  options: SpanOptions,
  work: (span: Span | null) => Promise<T>,
): Promise<T> {
  const span = startSpan(options, null);
  return span === null ? work(null) : runAndEnd(span, work);
}

/** Runs `work` in a span of a trace that began earlier; without a span when it was not traced. */
export function inTrace<T>(
  trace: TraceContext | null | undefined,
  options: SpanOptions,
  work: () => Promise<T>,
): Promise<T> {
  const span = trace ? startSpan(options, trace) : null;
  return span === null ? detached(work) : runAndEnd(span, work);
}

/** The headers that continue the current trace at the receiver of a call; none outside of traces. */
export function traceHeaders(): Readonly<Record<string, string>> {
  const span = activeSpan();
  if (span === null) return {};
  const { traceparent, tracestate } = span.context;
  return tracestate === null ? { traceparent } : { traceparent, tracestate };
}

async function runAndEnd<T>(span: Span, work: (span: Span) => Promise<T>): Promise<T> {
  try {
    return await runIn(span, () => work(span));
  } catch (error) {
    span.fail(failureType(error));
    throw error;
  } finally {
    span.end();
  }
}

/** Never the message, which can quote a vendor or the input. */
function failureType(error: unknown): string {
  if (error instanceof GatewayError) return error.code;
  return error instanceof Error ? error.name : 'Error';
}
