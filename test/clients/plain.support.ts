/**
 * JSON without the type names that clients add and without the times at which rows were observed,
 * with the keys in one order.
 */
export function plain(value: unknown): string {
  const sorted = (_key: string, part: unknown): unknown => {
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    const entries = Object.entries(part).filter(
      ([key]) => key !== '__typename' && key !== 'observedAt',
    );
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  };
  return JSON.stringify(value ?? null, sorted);
}
