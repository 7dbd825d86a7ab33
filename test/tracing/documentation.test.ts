import { glob, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

const readers = [
  'src/config/tracing.ts',
  'node_modules/@opentelemetry/{sdk-trace-base,resources}/build/src/**/*.js',
  'node_modules/@opentelemetry/otlp-exporter-base/build/src/configuration/*.js',
];

test('docs/tracing.md names only variables that the gateway or the SDK reads', async () => {
  let code = '';
  for await (const file of glob(readers)) code += await readFile(file, 'utf8');
  const page = await readFile('docs/tracing.md', 'utf8');
  const named = new Set([...page.matchAll(/\bOTEL_[A-Z_]+/g)].map(([name]) => name));
  expect(named.size).toBeGreaterThan(20);
  for (const name of named) {
    // The exporter builds the names of one signal.
    const built = name.replace('OTLP_TRACES_', `OTLP_\${signalIdentifier}_`);
    expect(code.includes(name) || code.includes(built), name).toBe(true);
  }
});
