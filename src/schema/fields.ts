import type { FieldMap, ObjectRef, ShapeFromTypeParam, TypeParam } from '@pothos/core';
import { builder, type ObjectFields, type Types } from './builder.ts';

const scalars = ['String', 'Int', 'Boolean', 'DateTime'] as const;
type Value = string | number | boolean | Date | null;

/** The descriptions of properties whose values have the type `V`. */
type Texts<Source, V> = {
  readonly [Key in keyof Source as Source[Key] extends V ? Key : never]?: string;
};

/** A list may be readonly. */
type Exposable<Shape> = Shape | Readonly<Shape>;

/** Descriptions of exposed properties, by GraphQL type. */
export type Exposed<Source> = {
  readonly 'String!'?: Texts<Source, string>;
  readonly String?: Texts<Source, string | null>;
  readonly Int?: Texts<Source, number | null>;
  readonly 'Int!'?: Texts<Source, number>;
  readonly Boolean?: Texts<Source, boolean | null>;
  readonly 'Boolean!'?: Texts<Source, boolean>;
  readonly DateTime?: Texts<Source, Date | null>;
  readonly 'DateTime!'?: Texts<Source, Date>;
};

/** Defines an enum type from the descriptions of its values, which are typed by them. */
export function enumType<Value extends string>(
  name: string,
  description: string,
  texts: Readonly<Record<Value, string>>,
) {
  const values = Object.fromEntries(
    Object.entries<string>(texts).map(([value, text]) => [value, { description: text }]),
  ) as Record<Value, { description: string }>;
  return builder.enumType(name, { description, values });
}

/** Defines an object type. */
export function objectType<T>(
  name: string,
  description: string,
  fields: (t: ObjectFields<T>) => FieldMap,
) {
  return builder.objectRef<T>(name).implement({ description, fields });
}

/** Defines an object type whose fields are all exposed properties. */
export function plainType<T>(name: string, description: string, exposed: Exposed<T>) {
  return objectType<T>(name, description, (t) => expose(t, exposed));
}

/** Exposes properties of the parent as fields of the same names. */
export function expose<Parent>(t: ObjectFields<Parent>, exposed: Exposed<Parent>): FieldMap {
  return exposeFrom(t, (parent) => parent, exposed);
}

/** Exposes properties of one type that is not a scalar, or a list, as non-null fields. */
export function exposeAs<Parent, Type extends TypeParam<Types>>(
  t: ObjectFields<Parent>,
  type: Type,
  texts: Texts<Parent, Exposable<ShapeFromTypeParam<Types, Type, false>>>,
): FieldMap;
export function exposeAs(
  t: ObjectFields<Record<string, object>>,
  type: ObjectRef<Types, object>,
  texts: Texts<Record<string, string>, string>,
): FieldMap {
  const fields: FieldMap = {};
  for (const [key, description = ''] of Object.entries(texts)) {
    fields[key] = t.expose(key, { type, nullable: false, description });
  }
  return fields;
}

/** Exposes properties of an object that the parent holds as fields of the same names. */
export function exposeFrom<Parent, Source>(
  t: ObjectFields<Parent>,
  source: (parent: Parent) => Source,
  exposed: Exposed<Source>,
): FieldMap;
export function exposeFrom<Parent>(
  t: ObjectFields<Parent>,
  source: (parent: Parent) => Readonly<Record<string, Value>>,
  exposed: Exposed<Record<string, never>>,
): FieldMap {
  const fields: FieldMap = {};
  for (const [type, texts] of Object.entries(exposed)) {
    const scalar = scalars.find((name) => type.startsWith(name));
    if (!scalar) throw new Error(`cannot expose fields of type ${type}`);
    const nullable = !type.endsWith('!');
    for (const [key, description = ''] of Object.entries(texts)) {
      const resolve = (parent: Parent) => source(parent)[key] ?? null;
      fields[key] = t.field({ type: scalar, nullable, description, resolve });
    }
  }
  return fields;
}
