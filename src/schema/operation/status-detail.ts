import type { StatusDetail, UnknownPayload } from '../../domain/operation.ts';
import { builder } from '../builder.ts';
import { fieldViolation } from '../errors.ts';

type Detail<T extends StatusDetail['type']> = Extract<StatusDetail, { type: T }>;

export const unknownPayload = builder.objectRef<UnknownPayload>('UnknownPayload').implement({
  description: 'A payload that the gateway has no type for.',
  fields: (t) => ({
    typeUrl: t.exposeString('typeUrl', { nullable: false, description: 'Name of its type.' }),
    json: t.field({
      type: 'JSON',
      nullable: false,
      description: 'Its JSON form; its bytes in base64 when the type is not known at all.',
      resolve: (payload) => payload.json,
    }),
  }),
});

const violation = builder
  .objectRef<{ readonly type?: string; readonly subject: string; readonly description: string }>(
    'StatusViolation',
  )
  .implement({
    description: 'One condition that was not met.',
    fields: (t) => ({
      type: t.exposeString('type', { description: 'Kind of the condition.' }),
      subject: t.exposeString('subject', { nullable: false, description: 'What violates it.' }),
      description: t.exposeString('description', { nullable: false, description: 'In words.' }),
    }),
  });

const badRequest = builder.objectRef<Detail<'badRequest'>>('BadRequestDetail').implement({
  description: 'Fields that billing refused.',
  fields: (t) => ({
    fields: t.expose('fieldViolations', {
      type: [fieldViolation],
      nullable: false,
      description: 'One entry per field, by its name at billing.',
    }),
  }),
});

const preconditionFailure = builder
  .objectRef<Detail<'preconditionFailure'>>('PreconditionFailureDetail')
  .implement({
    description: 'Conditions that were not met.',
    fields: (t) => ({
      violations: t.expose('violations', {
        type: [violation],
        nullable: false,
        description: 'One entry per condition.',
      }),
    }),
  });

const quotaFailure = builder.objectRef<Detail<'quotaFailure'>>('QuotaFailureDetail').implement({
  description: 'Quotas that were used up.',
  fields: (t) => ({
    violations: t.expose('violations', {
      type: [violation],
      nullable: false,
      description: 'One entry per quota.',
    }),
  }),
});

const resourceInfo = builder.objectRef<Detail<'resourceInfo'>>('ResourceInfoDetail').implement({
  description: 'The object that the failure is about.',
  fields: (t) => ({
    resourceType: t.exposeString('resourceType', { nullable: false, description: 'Its type.' }),
    resourceName: t.exposeString('resourceName', { nullable: false, description: 'Its name.' }),
    owner: t.exposeString('owner', { nullable: false, description: 'Its owner; may be empty.' }),
    description: t.exposeString('description', { nullable: false, description: 'In words.' }),
  }),
});

const requestInfo = builder.objectRef<Detail<'requestInfo'>>('RequestInfoDetail').implement({
  description: "Billing's own record of the call, to be quoted to its support.",
  fields: (t) => ({
    requestId: t.exposeString('requestId', { nullable: false, description: 'Id of the call.' }),
  }),
});

const retryInfo = builder.objectRef<Detail<'retryInfo'>>('RetryInfoDetail').implement({
  description: 'When to try again.',
  fields: (t) => ({
    retryDelayMs: t.float({
      nullable: false,
      description: 'Milliseconds to wait.',
      resolve: (detail) => detail.retryDelayMs,
    }),
  }),
});

const helpLink = builder
  .objectRef<{ readonly description: string; readonly url: string }>('HelpLink')
  .implement({
    description: 'Where to read more.',
    fields: (t) => ({
      description: t.exposeString('description', { nullable: false, description: 'In words.' }),
      url: t.exposeString('url', { nullable: false, description: 'Address of the page.' }),
    }),
  });

const help = builder.objectRef<Detail<'help'>>('HelpDetail').implement({
  description: 'Where to read more.',
  fields: (t) => ({
    links: t.expose('links', { type: [helpLink], nullable: false, description: 'The pages.' }),
  }),
});

const localizedMessage = builder
  .objectRef<Detail<'localizedMessage'>>('LocalizedMessageDetail')
  .implement({
    description: 'The failure in words for people.',
    fields: (t) => ({
      locale: t.exposeString('locale', { nullable: false, description: 'Language of the words.' }),
      message: t.exposeString('message', { nullable: false, description: 'The words.' }),
    }),
  });

const types = {
  badRequest,
  preconditionFailure,
  quotaFailure,
  resourceInfo,
  requestInfo,
  retryInfo,
  help,
  localizedMessage,
  unknown: unknownPayload,
} satisfies Record<StatusDetail['type'], unknown>;

export const statusDetail = builder.unionType('StatusDetail', {
  description: 'What billing adds to a failure.',
  types: Object.values(types),
  resolveType: (value) => types[value.type],
});
