import type { ReadBack } from '../write-spec.ts';

/*
 * The *-verdicts.ts files decide whether a write without an answer was carried out: pure functions of
 * the request, the snapshot taken before sending, and what is read afterwards. They do not consider
 * how recent the read is; `conductOf` does.
 */

export const ABSENT = { type: 'absent' } as const;
export const UNCLEAR = { type: 'unclear' } as const;

export function done<A>(answer: A): ReadBack<A> {
  return { type: 'done', answer };
}

/** The vendor may trim a value and change its case; an empty value may be missing. */
export function same(a: string | null, b: string | null): boolean {
  const normal = (value: string | null) => (value ?? '').trim().toLowerCase();
  return normal(a) === normal(b);
}
