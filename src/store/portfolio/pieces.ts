/** Lengths of the lists in statements. Each length is a statement of its own, which is kept prepared. */
const SIZES = [16, 4, 1];

/** Splits a list into pieces of few different lengths, in order. */
export function pieces<T>(items: readonly T[]): T[][] {
  const found: T[][] = [];
  let start = 0;
  for (const size of SIZES) {
    for (; items.length - start >= size; start += size)
      found.push(items.slice(start, start + size));
  }
  return found;
}

/** Repeats the last item of a list of alternatives, so that few different lengths occur. */
export function padded<T>(items: readonly T[]): T[] {
  const last = items.at(-1);
  if (last === undefined) return [];
  const length = 4 ** Math.ceil(Math.log(items.length) / Math.log(4));
  return [...items, ...Array.from({ length: Math.max(0, length - items.length) }, () => last)];
}
