import type { Right, Viewer } from '../domain/viewer.ts';
import { builder } from './builder.ts';
import { enumType } from './fields.ts';

const rightDescriptions: Record<Right, string> = {
  READ: 'Run queries and subscriptions.',
  WRITE: 'Run mutations.',
};

const right = enumType('Right', 'A permission of the authenticated caller.', rightDescriptions);

const viewer = builder.objectRef<Viewer>('Viewer').implement({
  description: 'The authenticated caller.',
  fields: (t) => ({
    subject: t.exposeString('subject', {
      nullable: false,
      description: 'Stable name of the caller, as written to the operation journal and the logs.',
    }),
    rights: t.field({
      type: [right],
      nullable: false,
      description: 'The permissions of the caller.',
      resolve: (parent) => [...parent.rights],
    }),
  }),
});

builder.queryField('viewer', (t) =>
  t.field({
    type: viewer,
    nullable: false,
    description: 'The authenticated caller of this request.',
    resolve: (_root, _args, context) => context.viewer,
  }),
);
