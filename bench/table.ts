/** One row of the results: the same measurement of each program, the floor first. */
export interface Row {
  readonly name: string;
  readonly unit: string;
  /** Null for a program that was not measured. */
  readonly values: readonly (number | null)[];
}

/** The rows as a Markdown table, with the ratio of each program to the floor. */
export function tableOf(programs: readonly string[], rows: readonly Row[]): string {
  const [floor, ...compared] = programs;
  return [
    `| measurement | ${floor} | ${compared.map((name) => `${name} | ratio`).join(' | ')} |`,
    `| --- | --- | ${compared.map(() => '--- | ---').join(' | ')} |`,
    ...rows.map(({ name, unit, values }) => {
      const [first = null] = values;
      const cells = compared.map((_, n) => {
        const value = values[n + 1] ?? null;
        return `${shown(value, unit)} | ${ratio(value, first)}`;
      });
      return `| ${[name, shown(first, unit), ...cells].join(' | ')} |`;
    }),
  ].join('\n');
}

function shown(value: number | null, unit: string): string {
  return value === null ? '' : `${value.toFixed(value < 10 ? 3 : 0)} ${unit}`;
}

function ratio(value: number | null, floor: number | null): string {
  return value === null || floor === null ? '' : (value / floor).toFixed(value < floor ? 2 : 1);
}
