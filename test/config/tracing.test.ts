import { expect, test } from 'vitest';
import { readTracing } from '../../src/config/tracing.ts';

const endpoint = 'http://collector:4318';

const decisions: [string, Record<string, string>, boolean][] = [
  ['nothing is set', {}, false],
  ['only a service name is set', { OTEL_SERVICE_NAME: 'gateway' }, false],
  ['an endpoint is set', { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }, true],
  ['an endpoint of traces is set', { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpoint }, true],
  ['an endpoint is empty', { OTEL_EXPORTER_OTLP_ENDPOINT: ' ' }, false],
  ['the exporter is otlp', { OTEL_TRACES_EXPORTER: 'otlp' }, true],
  [
    'the exporter is none',
    { OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_ENDPOINT: endpoint },
    false,
  ],
  [
    'the SDK is disabled',
    { OTEL_SDK_DISABLED: 'TRUE', OTEL_EXPORTER_OTLP_ENDPOINT: endpoint },
    false,
  ],
];

test.each(decisions)('when %s', (_, env, isOn) => {
  expect(readTracing(env)).toMatchObject({ isOn, problems: [] });
});

const mistakes: [Record<string, string>, string][] = [
  [{ OTEL_TRACES_EXPORTER: 'zipkin' }, 'OTEL_TRACES_EXPORTER must be otlp or none.'],
  [
    { OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
    'OTEL_EXPORTER_OTLP_PROTOCOL must be http/protobuf.',
  ],
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' },
    'OTEL_EXPORTER_OTLP_ENDPOINT must be a URL that begins with http:// or https://.',
  ],
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER: 'sometimes' },
    'OTEL_TRACES_SAMPLER must be one of always_on, always_off, traceidratio, parentbased_always_on, parentbased_always_off, parentbased_traceidratio.',
  ],
];

test.each(mistakes)('reports %j', (env, problem) => {
  expect(readTracing(env).problems).toEqual([problem]);
});

test('the values of headers are secrets, also decoded', () => {
  const env = {
    OTEL_EXPORTER_OTLP_HEADERS: 'api-key=abc%3Ddef, x=second',
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'authorization=Bearer%20third',
  };
  const { secrets } = readTracing(env);
  expect(secrets).toEqual(expect.arrayContaining(['abc=def', 'abc%3Ddef', 'second']));
  expect(secrets).toContain('Bearer third');
});
