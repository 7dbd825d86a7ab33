import { type Right, type Role, roles, type Viewer } from '../domain/viewer.ts';
import { builder } from './builder.ts';
import { enumType } from './fields.ts';

const right = enumType<Right>('Right', 'A permission of the authenticated caller.', {
  READ: 'Run queries and subscriptions.',
  WRITE: 'Run mutations.',
});

const role = enumType<Uppercase<Role>>('Role', 'A role of the authenticated caller.', {
  VIEWER: 'Read.',
  OPERATOR: 'Also run all mutations except those that need ADMIN.',
  ADMIN:
    "Also suspend customers, end subscriptions, register for notifications, and read other callers' audit entries.",
});

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
    roles: t.field({
      type: [role],
      nullable: false,
      description: 'The roles of the caller; all of them when the deployment has no roles.',
      resolve: (parent) =>
        [...(parent.roles ?? roles)].map((name) => name.toUpperCase() as Uppercase<Role>),
    }),
    resellers: t.stringList({
      description:
        "The billing API's ids of the resellers that the caller sees; null when it sees every one.",
      resolve: (parent) => parent.resellers && [...parent.resellers],
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
