import type { ObjectFields } from './builder.ts';
import { enumType } from './fields.ts';

export const UNRECOGNIZED = 'UNRECOGNIZED';

type Raw<Parent> = (parent: Parent) => string | null;

/**
 * An enum of a vendor's values. The vendor may add values at any time, so a field of such an enum
 * returns UNRECOGNIZED for a value that is not listed, and a second field, `<name>Raw`, returns the
 * vendor's string.
 * @param values the descriptions of the known values
 * @param toValue the enum value of a vendor's string, where the two are spelled differently
 */
export function openEnum(
  name: string,
  description: string,
  values: Readonly<Record<string, string>>,
  toValue: (raw: string) => string = (raw) => raw,
) {
  const texts = {
    ...values,
    [UNRECOGNIZED]: 'A value that the gateway does not know; the matching `Raw` field holds it.',
  };
  const ref = enumType<string>(name, description, texts);

  function parse(raw: string): string {
    const value = toValue(raw);
    return Object.hasOwn(values, value) ? value : UNRECOGNIZED;
  }

  /** The value of the enum, or the vendor's string when the enum does not have it. */
  function textOf(raw: string): string {
    const value = parse(raw);
    return value === UNRECOGNIZED ? raw : value;
  }

  /** The field `<name>Raw`, beside a field that `parse` maps. */
  function rawField<Parent>(t: ObjectFields<Parent>, field: string, raw: Raw<Parent>) {
    const description = `\`${field}\` exactly as the reseller API returned it; null when omitted.`;
    return { [`${field}Raw`]: t.string({ description, resolve: raw }) };
  }

  return {
    ref,
    parse,
    textOf,
    /** The values that are known, in the spelling of the enum. */
    known: Object.keys(values),
    /** The fields `<field>` and `<field>Raw`; both are null when the vendor omits the value. */
    fields<Parent>(t: ObjectFields<Parent>, field: string, text: string, raw: Raw<Parent>) {
      const resolve = (parent: Parent) => {
        const value = raw(parent);
        return value === null ? null : parse(value);
      };
      return {
        [field]: t.field({ type: ref, description: text, resolve }),
        ...rawField(t, field, raw),
      };
    },
    /** As `fields`, but `<field>` is non-null: UNRECOGNIZED when the vendor omits the value. */
    requiredFields<Parent>(t: ObjectFields<Parent>, field: string, text: string, raw: Raw<Parent>) {
      const resolve = (parent: Parent) => parse(raw(parent) ?? UNRECOGNIZED);
      return {
        [field]: t.field({ type: ref, nullable: false, description: text, resolve }),
        ...rawField(t, field, raw),
      };
    },
    /** The list fields `<field>` and `<field>Raw`, in the same order. */
    listFields<Parent>(
      t: ObjectFields<Parent>,
      field: string,
      text: string,
      raw: (parent: Parent) => readonly string[],
    ) {
      const rawText = `\`${field}\` exactly as the reseller API returned them, in the same order.`;
      return {
        [field]: t.field({
          type: [ref],
          nullable: false,
          description: text,
          resolve: (parent) => raw(parent).map(parse),
        }),
        [`${field}Raw`]: t.stringList({
          nullable: false,
          description: rawText,
          resolve: (parent) => [...raw(parent)],
        }),
      };
    },
  };
}
