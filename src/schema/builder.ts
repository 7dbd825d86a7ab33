import SchemaBuilder from '@pothos/core';
import ErrorsPlugin from '@pothos/plugin-errors';
import { DateTimeResolver, JSONResolver, UUIDResolver } from 'graphql-scalars';
import type { GatewayContext } from './context.ts';

/** Types that any field may use. Object types are defined in files of their own. */
export interface SchemaTypes {
  Context: GatewayContext;
  Scalars: {
    ID: { Input: string; Output: string };
    DateTime: { Input: Date; Output: Date };
    JSON: { Input: unknown; Output: unknown };
    UUID: { Input: string; Output: string };
  };
}

export type Types = PothosSchemaTypes.ExtendDefaultTypes<SchemaTypes>;
/** Defines the fields of an object type whose resolvers receive `Parent`. */
export type ObjectFields<Parent> = PothosSchemaTypes.ObjectFieldBuilder<Types, Parent>;
/** Defines the fields of an input type. */
export type InputFields = PothosSchemaTypes.InputFieldBuilder<Types, 'InputObject'>;

export const builder = new SchemaBuilder<SchemaTypes>({
  plugins: [ErrorsPlugin],
  errors: { defaultTypes: [] },
});

builder.addScalarType('DateTime', DateTimeResolver, {
  description: 'RFC 3339 date and time in UTC, such as `2026-11-25T10:15:30Z`.',
});
builder.addScalarType('JSON', JSONResolver, { description: 'Any JSON value.' });
builder.addScalarType('UUID', UUIDResolver, {
  description: 'A UUID, such as `123e4567-e89b-42d3-a456-426614174000`.',
});

builder.queryType({
  description: 'Reads customers, subscriptions, operations, notifications and the audit log.',
});
builder.mutationType({
  description:
    'Changes customers, subscriptions and notification settings. Every mutation returns a union of its success type and typed errors.',
});
builder.subscriptionType({
  description:
    'Streams operation states, notifications and audit entries, over WebSocket or server-sent events.',
});
