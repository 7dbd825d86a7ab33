import { decoded } from './percent.ts';
import { type Env, trimmed } from './settings.ts';

/** What the environment says about traces. */
export interface TracingConfig {
  readonly isOn: boolean;
  readonly problems: readonly string[];
  /** Values that must never be logged. */
  readonly secrets: readonly string[];
}

/**
 * Reads the standard OTEL_* variables that decide whether traces are recorded. The SDK, which is loaded
 * only then, reads all others itself.
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export function readTracing(env: Env): TracingConfig {
  const set = trimmed(env);
  const exporter = set['OTEL_TRACES_EXPORTER'];
  const hasEndpoint =
    set['OTEL_EXPORTER_OTLP_ENDPOINT'] !== undefined ||
    set['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] !== undefined;
  const isDisabled = set['OTEL_SDK_DISABLED']?.toLowerCase() === 'true' || exporter === 'none';
  const isOn = !isDisabled && (exporter !== undefined || hasEndpoint);
  return { isOn, problems: isOn ? problemsOf(set) : [], secrets: secretsIn(set) };
}

const samplers: readonly string[] = [
  ...['always_on', 'always_off', 'traceidratio'],
  ...['parentbased_always_on', 'parentbased_always_off', 'parentbased_traceidratio'],
];

function problemsOf(set: Readonly<Record<string, string>>): string[] {
  const problems: string[] = [];
  if ((set['OTEL_TRACES_EXPORTER'] ?? 'otlp') !== 'otlp') {
    problems.push('OTEL_TRACES_EXPORTER must be otlp or none.');
  }
  const protocol = set['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL'] ?? set['OTEL_EXPORTER_OTLP_PROTOCOL'];
  if ((protocol ?? 'http/protobuf') !== 'http/protobuf') {
    problems.push('OTEL_EXPORTER_OTLP_PROTOCOL must be http/protobuf.');
  }
  for (const name of ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT']) {
    const url = set[name];
    if (url !== undefined && !/^https?:$/.test(URL.parse(url)?.protocol ?? '')) {
      problems.push(`${name} must be a URL that begins with http:// or https://.`);
    }
  }
  const sampler = set['OTEL_TRACES_SAMPLER'];
  if (sampler !== undefined && !samplers.includes(sampler)) {
    problems.push(`OTEL_TRACES_SAMPLER must be one of ${samplers.join(', ')}.`);
  }
  return problems;
}

/** Headers often hold the key of a collector. */
function secretsIn(set: Readonly<Record<string, string>>): string[] {
  const lists = [set['OTEL_EXPORTER_OTLP_HEADERS'], set['OTEL_EXPORTER_OTLP_TRACES_HEADERS']];
  return lists.flatMap((list = '') =>
    list.split(',').flatMap((header) => {
      const value = header.slice(header.indexOf('=') + 1).trim();
      // The SDK decodes percent-encoding.
      return value === '' ? [] : [value, decoded(value) ?? value];
    }),
  );
}
