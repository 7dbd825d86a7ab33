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

builder.addScalarType('DateTime', DateTimeResolver);
builder.addScalarType('JSON', JSONResolver);
builder.addScalarType('UUID', UUIDResolver);

builder.queryType({ description: 'Reads customers, subscriptions, operations and notifications.' });
builder.mutationType({
  description:
    'Changes customers, subscriptions and notification settings. Every mutation returns a union of its success type and typed errors.',
});
builder.subscriptionType({
  description: 'Streams operation states and notifications, over WebSocket or server-sent events.',
});
