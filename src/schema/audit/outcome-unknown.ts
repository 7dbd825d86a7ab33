import { builder } from '../builder.ts';
import { errorInterfaces, OutcomeUnknownError } from '../errors.ts';
import { auditEntry } from './audit-entry.ts';

builder.objectType(OutcomeUnknownError, {
  name: 'OutcomeUnknownError',
  description:
    'The change may have been carried out, and its answer was not received. Do not start another one: send the same mutation with `idempotencyKey` to find out.',
  interfaces: errorInterfaces,
  fields: (t) => ({
    idempotencyKey: t.field({
      type: 'UUID',
      nullable: false,
      description: 'Send the same mutation with this key to find out what became of it.',
      resolve: ({ write }) => write.idempotencyKey,
    }),
    auditEntry: t.field({
      type: auditEntry,
      nullable: false,
      description: 'The record of the change.',
      resolve: ({ write }) => write,
    }),
  }),
});
