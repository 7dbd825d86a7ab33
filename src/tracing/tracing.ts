import { DiagLogLevel, diag } from '@opentelemetry/api';
import { setGlobalErrorHandler } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { vendorText } from '../domain/sensitive-text.ts';
import { installTracer } from '../domain/tracing.ts';
import type { Logger } from '../log.ts';
import { createTracer } from './tracer.ts';

const SERVICE_NAME = 'reseller-gateway';
/** A collector that is down is logged once in this time, in milliseconds. */
const LOG_INTERVAL_MS = 60_000;

/**
 * Records traces and exports them with OTLP over HTTP. The SDK reads the OTEL_* variables itself:
 * endpoint, headers, sampler, resource, and the bounds of the queue. Spans that do not fit into the
 * queue are dropped, so a collector that is slow or down costs bounded memory and delays nothing.
 */
export function startTracing(log: Logger) {
  const report = reporter(log);
  diag.setLogger(
    { error: report, warn: report, info() {}, debug() {}, verbose() {} },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  setGlobalErrorHandler((error) => report(error instanceof Error ? error.message : String(error)));
  const provider = new BasicTracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': SERVICE_NAME }))
      .merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  const uninstall = installTracer(createTracer(provider.getTracer(SERVICE_NAME)));
  return {
    /** Exports the spans that are waiting, for at most `timeoutMs`, and turns tracing off. */
    async close(timeoutMs: number): Promise<void> {
      uninstall();
      const timeout = Promise.withResolvers<void>();
      const timer = setTimeout(() => {
        log.warn({ timeoutMs }, 'spans not exported before the end of the shutdown');
        timeout.resolve();
      }, timeoutMs);
      const ended = provider.shutdown().catch((error: unknown) => report(String(error)));
      await Promise.race([ended, timeout.promise]);
      clearTimeout(timer);
      diag.disable();
    },
  };
}

/** Logs problems of the SDK, which can quote the collector's answer. */
function reporter(log: Logger): (message: string) => void {
  let loggedAt = Number.NEGATIVE_INFINITY;
  return (message) => {
    const now = performance.now();
    if (now - loggedAt < LOG_INTERVAL_MS) return;
    loggedAt = now;
    log.warn({ reason: vendorText(message) }, 'tracing failed, spans may be missing');
  };
}
