import { type Env, settingsOf, type Table } from './settings.ts';

const families = /^(BILLING|RESELLER|OPERATION|NOTIFICATIONS|AUTH|SANDBOX)_/;

/** More edits than this make another word: `_MS` is three. */
const MAX_EDITS = 3;

/** A sentence for each variable that is not a setting but resembles one. Values are not shown. */
export function misspelled(env: Env, tables: readonly Table[]): string[] {
  const names = tables.flatMap(settingsOf).map(({ name }) => name);
  return Object.keys(env).flatMap((variable) => {
    if (!families.test(variable) || names.includes(variable)) return [];
    const [nearest] = names
      .map((name) => ({ name, edits: distance(variable, name) }))
      .toSorted((a, b) => a.edits - b.edits);
    if (!nearest || nearest.edits > MAX_EDITS) return [];
    return [`${variable} is not a setting and is ignored; did you mean ${nearest.name}?`];
  });
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [index, letter] of [...a].entries()) {
    const next = [index + 1];
    for (const [column, other] of [...b].entries()) {
      const replaced = (row[column] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
