import { rights, type Viewer } from '../domain/viewer.ts';
import { builder } from './builder.ts';

const right = builder.enumType('Right', {
  description: 'What a viewer may do.',
  values: Object.fromEntries(
    rights.map((name) => [
      name,
      { description: name === 'READ' ? 'May read.' : 'May run mutations.' },
    ]),
  ),
});

const viewer = builder.objectRef<Viewer>('Viewer').implement({
  description: 'Who asks.',
  fields: (t) => ({
    subject: t.exposeString('subject', {
      nullable: false,
      description: 'The name under which the viewer stands in journals and logs.',
    }),
    rights: t.field({
      type: [right],
      nullable: false,
      description: 'What the viewer may do.',
      resolve: (parent) => [...parent.rights],
    }),
  }),
});

builder.queryField('viewer', (t) =>
  t.field({
    type: viewer,
    nullable: false,
    description: 'Who the gateway takes the caller for.',
    resolve: (_root, _args, context) => context.viewer,
  }),
);
