/** Milliseconds at which shares of the samples had ended. */
export interface Percentiles {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Runs `work` `count` times, `parallel` at once; how long each took. */
export async function measure(
  count: number,
  parallel: number,
  work: (n: number) => Promise<unknown>,
): Promise<Percentiles> {
  const samples: number[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      const startedAt = performance.now();
      await work(next++);
      samples.push(performance.now() - startedAt);
    }
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  return percentiles(samples);
}

export function percentiles(samples: readonly number[]): Percentiles {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}
