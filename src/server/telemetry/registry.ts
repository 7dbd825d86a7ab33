/** The value of each label of a metric, in the order of its label names. */
type LabelValues = readonly string[];

interface Definition {
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly string[];
}

interface HistogramDefinition extends Definition {
  /** Upper bounds in increasing order, without +Inf. */
  readonly buckets: readonly number[];
}

export type MetricType = 'counter' | 'gauge' | 'histogram';

/** A metric as the documentation lists it. */
export interface MetricInfo extends Definition {
  readonly type: MetricType;
}

/** Further combinations of labels are counted under `other`, so that a metric cannot grow forever. */
const MAX_SERIES = 1_000;

abstract class Metric<Value> implements MetricInfo {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  abstract readonly type: MetricType;
  readonly #series = new Map<string, { readonly values: LabelValues; value: Value }>();

  constructor({ name, help, labels = [] }: Definition) {
    this.name = name;
    this.help = help;
    this.labels = labels;
  }

  protected abstract initial(): Value;
  protected abstract lines(labels: string, value: Value): string[];

  protected update(values: LabelValues, change: (value: Value) => Value): void {
    let key = values.join('\n');
    if (!this.#series.has(key) && this.#series.size >= MAX_SERIES) {
      values = values.map(() => 'other');
      key = values.join('\n');
    }
    const series = this.#series.get(key) ?? { values, value: this.initial() };
    series.value = change(series.value);
    this.#series.set(key, series);
  }

  /** The metric in Prometheus's text format. */
  render(): string {
    const head = [`# HELP ${this.name} ${escaped(this.help)}`, `# TYPE ${this.name} ${this.type}`];
    // A metric without labels always has a value.
    if (this.labels.length === 0 && this.#series.size === 0) this.update([], (value) => value);
    const lines = [...this.#series.values()].flatMap(({ values, value }) =>
      this.lines(labelText(this.labels, values), value),
    );
    return `${[...head, ...lines].join('\n')}\n`;
  }
}

/** A metric with one number for each combination of labels. */
abstract class NumberMetric extends Metric<number> {
  protected initial(): number {
    return 0;
  }

  protected lines(labels: string, value: number): string[] {
    return [`${this.name}${braces(labels)} ${numberText(value)}`];
  }
}

export class Counter extends NumberMetric {
  readonly type = 'counter';

  add(values: LabelValues = [], amount = 1): void {
    this.update(values, (value) => value + amount);
  }
}

export class Gauge extends NumberMetric {
  readonly type = 'gauge';

  set(value: number, values: LabelValues = []): void {
    this.update(values, () => value);
  }

  add(change: number, values: LabelValues = []): void {
    this.update(values, (value) => value + change);
  }
}

interface Distribution {
  /** Observations in each bucket, not cumulative; the last one is +Inf. */
  readonly counts: readonly number[];
  readonly sum: number;
}

export class Histogram extends Metric<Distribution> {
  readonly type = 'histogram';
  readonly #buckets: readonly number[];

  constructor(definition: HistogramDefinition) {
    super(definition);
    this.#buckets = definition.buckets;
  }

  observe(observed: number, values: LabelValues = []): void {
    const found = this.#buckets.findIndex((bound) => observed <= bound);
    const index = found === -1 ? this.#buckets.length : found;
    this.update(values, ({ counts, sum }) => ({
      counts: counts.with(index, (counts[index] ?? 0) + 1),
      sum: sum + observed,
    }));
  }

  protected initial(): Distribution {
    return { counts: Array<number>(this.#buckets.length + 1).fill(0), sum: 0 };
  }

  protected lines(labels: string, { counts, sum }: Distribution): string[] {
    let total = 0;
    const buckets = counts.map((count, index) => {
      total += count;
      const bound = numberText(this.#buckets[index] ?? Number.POSITIVE_INFINITY);
      const all = [labels, `le="${bound}"`].filter(Boolean).join(',');
      return `${this.name}_bucket{${all}} ${total}`;
    });
    return [
      ...buckets,
      `${this.name}_sum${braces(labels)} ${numberText(sum)}`,
      `${this.name}_count${braces(labels)} ${total}`,
    ];
  }
}

export type AnyMetric = Counter | Gauge | Histogram;

function labelText(names: readonly string[], values: LabelValues): string {
  return names.map((name, index) => `${name}="${escapedValue(values[index] ?? '')}"`).join(',');
}

function braces(labels: string): string {
  return labels === '' ? '' : `{${labels}}`;
}

function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value);
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function escapedValue(text: string): string {
  return escaped(text).replaceAll('"', '\\"');
}
