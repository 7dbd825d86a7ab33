import { expect, test } from 'vitest';
import { Counter, Gauge, Histogram } from '../../src/server/telemetry/registry.ts';

test('a counter has a line for each combination of labels', () => {
  const counter = new Counter({ name: 'x_total', help: 'Some\nhelp \\', labels: ['a', 'b'] });
  counter.add(['1', 'say "hi"\\\n']);
  counter.add(['1', 'say "hi"\\\n'], 2);
  counter.add(['2', '']);
  expect(counter.render()).toBe(
    [
      '# HELP x_total Some\\nhelp \\\\',
      '# TYPE x_total counter',
      'x_total{a="1",b="say \\"hi\\"\\\\\\n"} 3',
      'x_total{a="2",b=""} 1',
      '',
    ].join('\n'),
  );
});

test('a metric without labels has a value from the start; one with labels has none', () => {
  expect(new Gauge({ name: 'x', help: 'h' }).render()).toBe('# HELP x h\n# TYPE x gauge\nx 0\n');
  const labelled = new Gauge({ name: 'x', help: 'h', labels: ['a'] });
  expect(labelled.render()).toBe('# HELP x h\n# TYPE x gauge\n');
});

test('a gauge is set and changed', () => {
  const gauge = new Gauge({ name: 'x', help: 'h' });
  gauge.set(5);
  gauge.add(-2);
  expect(gauge.render()).toContain('\nx 3\n');
  gauge.set(Number.NaN);
  expect(gauge.render()).toContain('\nx NaN\n');
});

test('the buckets of a histogram are cumulative and end with +Inf', () => {
  const histogram = new Histogram({ name: 'x', help: 'h', labels: ['a'], buckets: [1, 2.5] });
  for (const value of [0.5, 1, 2, 10]) histogram.observe(value, ['v']);
  expect(histogram.render().split('\n').slice(2)).toEqual([
    'x_bucket{a="v",le="1"} 2',
    'x_bucket{a="v",le="2.5"} 3',
    'x_bucket{a="v",le="+Inf"} 4',
    'x_sum{a="v"} 13.5',
    'x_count{a="v"} 4',
    '',
  ]);
});

test('the number of series is bounded', () => {
  const counter = new Counter({ name: 'x', help: 'h', labels: ['a'] });
  for (let n = 0; n < 2_000; n++) counter.add([String(n)]);
  const lines = counter.render().trimEnd().split('\n').slice(2);
  expect(lines).toHaveLength(1_001);
  expect(lines.at(-1)).toBe('x{a="other"} 1000');
});
