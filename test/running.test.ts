import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { gatewaySettings } from '../src/config/gateway-settings.ts';

test('docs/running.md names only settings and metrics that exist', async () => {
  const page = await readFile('docs/running.md', 'utf8');
  const metrics = await readFile('docs/metrics.md', 'utf8');
  const groups = Object.values(gatewaySettings.shape);
  const settings = new Set<string>(groups.flatMap((group) => Object.keys(group.shape)));
  const named = [...page.matchAll(/`([A-Z][A-Z0-9]*_[A-Z0-9_]+)(?:=[^`]*)?`/g)].map(
    ([, name = '']) => name,
  );
  expect(named.length).toBeGreaterThan(10);
  const tracing = await readFile('docs/tracing.md', 'utf8');
  for (const name of named) {
    if (name.startsWith('OTEL_')) expect(tracing).toContain(`\`${name}\``);
    else expect(settings, name).toContain(name);
  }
  const measured = [...page.matchAll(/\b(?:gateway|process|nodejs)_[a-z0-9_]+\b/g)].map(
    ([name]) => name,
  );
  expect(measured.length).toBeGreaterThan(5);
  for (const name of measured) expect(metrics).toContain(`\`${name}\``);
});
