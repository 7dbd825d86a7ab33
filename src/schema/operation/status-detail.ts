import type { StatusDetail, UnknownPayload } from '../../domain/operation.ts';
import { builder } from '../builder.ts';
import { fieldViolation } from '../errors.ts';
import { expose, exposeAs, objectType, plainType } from '../fields.ts';

type Detail<Type extends StatusDetail['type']> = Extract<StatusDetail, { type: Type }>;

export const unknownPayload = objectType<UnknownPayload>(
  'UnknownPayload',
  'A protobuf message of a type that the gateway does not model.',
  (t) => ({
    ...expose(t, { 'String!': { typeUrl: 'Type URL of the message.' } }),
    ...exposeAs(t, 'JSON', {
      json: 'The message in proto3 JSON; its bytes in base64 when the type is unknown. Of an error detail, only its type and reason.',
    }),
  }),
);

interface Violation {
  readonly type?: string;
  readonly subject: string;
  readonly description: string;
}

const violation = objectType<Violation>(
  'StatusViolation',
  'A precondition that was not met, or a quota that was exceeded.',
  (t) => ({
    type: t.exposeString('type', { description: 'Type of the precondition; null for a quota.' }),
    ...expose(t, {
      'String!': {
        subject: 'What violates the precondition or quota.',
        description: 'Description of the violation.',
      },
    }),
  }),
);

const helpLink = plainType<{ readonly description: string; readonly url: string }>(
  'HelpLink',
  'A link to documentation.',
  { 'String!': { description: 'Title of the page.', url: 'URL of the page.' } },
);

const types = {
  badRequest: objectType<Detail<'badRequest'>>(
    'BadRequestDetail',
    'Fields that the billing API found invalid.',
    (t) => ({
      fields: t.expose('fieldViolations', {
        type: [fieldViolation],
        nullable: false,
        description: "One entry per field, under the billing API's name for it.",
      }),
    }),
  ),
  preconditionFailure: objectType<Detail<'preconditionFailure'>>(
    'PreconditionFailureDetail',
    'Preconditions that were not met.',
    (t) => exposeAs(t, [violation], { violations: 'One entry per precondition.' }),
  ),
  quotaFailure: objectType<Detail<'quotaFailure'>>(
    'QuotaFailureDetail',
    'Quotas that were exceeded.',
    (t) => exposeAs(t, [violation], { violations: 'One entry per quota.' }),
  ),
  resourceInfo: plainType<Detail<'resourceInfo'>>(
    'ResourceInfoDetail',
    'The resource that the failure is about.',
    {
      'String!': {
        resourceType: 'Type of the resource.',
        resourceName: 'Name or id of the resource.',
        owner: 'Owner of the resource; may be empty.',
        description: 'Description of the failure.',
      },
    },
  ),
  requestInfo: plainType<Detail<'requestInfo'>>(
    'RequestInfoDetail',
    "The billing API's record of the request.",
    { 'String!': { requestId: 'Request id to quote when contacting Yandex Cloud support.' } },
  ),
  retryInfo: objectType<Detail<'retryInfo'>>('RetryInfoDetail', 'When to retry.', (t) =>
    exposeAs(t, 'Float', { retryDelayMs: 'Milliseconds to wait before retrying.' }),
  ),
  help: objectType<Detail<'help'>>('HelpDetail', 'Links to documentation.', (t) =>
    exposeAs(t, [helpLink], {
      links: 'Pages about the failure; empty for pages that only the log names.',
    }),
  ),
  localizedMessage: plainType<Detail<'localizedMessage'>>(
    'LocalizedMessageDetail',
    'An error message for end users.',
    {
      'String!': {
        locale: 'BCP 47 language tag of the message, such as `en-US`.',
        message: 'The message in that language.',
      },
    },
  ),
  unknown: unknownPayload,
} satisfies Record<StatusDetail['type'], unknown>;

export const statusDetail = builder.unionType('StatusDetail', {
  description: 'Additional information about a failure: a standard google.rpc error detail.',
  types: Object.values(types),
  resolveType: (value) => types[value.type],
});
