import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { type Logger, loggerOptions } from '../../src/log.ts';
import { startTracing } from '../../src/tracing/tracing.ts';
import { type Collector, type Respond, startCollector } from './collector.support.ts';

export interface TestTracingOptions {
  /** Receives what the tracing logs. */
  readonly log?: Logger | undefined;
  /** How the collector answers. */
  readonly respond?: Respond | undefined;
}

/** Traces this process, and exports to a collector of its own, until the test is finished. */
export async function startTestTracing(
  env: Record<string, string> = {},
  { log = pino(loggerOptions('silent')), respond }: TestTracingOptions = {},
): Promise<Collector> {
  const collector = await startCollector(respond);
  const variables: Record<string, string> = {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    OTEL_BSP_SCHEDULE_DELAY: '10',
    ...env,
  };
  Object.assign(process.env, variables);
  const tracing = startTracing(log);
  for (const name of Object.keys(variables)) delete process.env[name];
  onTestFinished(() => tracing.close(1_000));
  return collector;
}
