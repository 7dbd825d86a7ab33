import { pino } from 'pino';
import { expect, test } from 'vitest';
import { readTracing } from '../../src/config/tracing.ts';
import { inSpan, runIn, startSpan } from '../../src/domain/tracing.ts';
import { loggerOptions } from '../../src/log.ts';
import { startTestTracing } from './tracing.support.ts';

test('a collector that fails is logged once, without the text of its answer', async () => {
  const env = { OTEL_EXPORTER_OTLP_HEADERS: 'api-key=planted-key-value' };
  let lines = '';
  const write = (line: string): void => {
    lines += line;
  };
  let answers = 0;
  const collector = await startTestTracing(env, {
    log: pino(loggerOptions('warn', readTracing(env).secrets), { write }),
    respond: (_, response) => {
      answers++;
      response
        .writeHead(400)
        .end('Bearer planted-4711 planted-key-value anna.planted@mail.example');
    },
  });
  for (let n = 1; n <= 3; n++) {
    startSpan({ name: `span ${n}` }, null)?.end();
    await expect.poll(() => answers).toBe(n);
  }
  await expect.poll(() => lines).toContain('tracing failed');
  expect(collector.headers).toMatchObject({ 'api-key': 'planted-key-value' });
  expect(lines.match(/tracing failed/g)).toHaveLength(1);
  expect(lines).not.toContain('planted');
});

test('an error that is thrown in a span is returned, and its message is not exported', async () => {
  const collector = await startTestTracing();
  const failing = (): Promise<never> =>
    inSpan({ name: 'failing' }, () => Promise.reject(new TypeError('planted-message')));
  const root = startSpan({ name: 'root' }, null);
  await expect(runIn(root, failing)).rejects.toThrow('planted-message');
  root?.end();
  const span = await collector.find(({ name }) => name === 'failing');
  expect(span).toMatchObject({ isError: true, attributes: { 'error.type': 'TypeError' } });
  expect(collector.text()).not.toContain('planted');
});
