import { builder } from './builder.ts';

export const UNRECOGNIZED = 'UNRECOGNIZED';

/**
 * An enum over a vendor's open word list: a word that is new to the gateway becomes UNRECOGNIZED,
 * and the raw string stands in a field beside it.
 */
export function openEnum<const V extends string>(
  name: string,
  description: string,
  values: Readonly<Record<V, string>>,
) {
  const described = Object.entries<string>(values).map(
    ([value, text]) => [value, { description: text }] as const,
  );
  const ref = builder.enumType(name, {
    description,
    values: Object.fromEntries([
      ...described,
      [UNRECOGNIZED, { description: 'A word that is new to the gateway: see the raw field.' }],
    ]),
  });
  const isKnown = (raw: string): raw is V => Object.hasOwn(values, raw);
  return {
    ref,
    /** Null stays null: the vendor said nothing. */
    of: (raw: string | null): string | null => {
      if (raw === null) return null;
      return isKnown(raw) ? raw : UNRECOGNIZED;
    },
  };
}
