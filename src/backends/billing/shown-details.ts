import { status } from '@grpc/grpc-js';
import type { FieldViolation } from '../../domain/error.ts';
import type { StatusDetail, UnknownPayload } from '../../domain/operation.ts';
import { isFieldName, safeDescription } from '../../domain/sensitive-text.ts';

const reasons: Readonly<Record<number, string>> = {
  [status.CANCELLED]: 'The operation was cancelled.',
  [status.INVALID_ARGUMENT]: 'The billing API found the request of the operation invalid.',
  [status.DEADLINE_EXCEEDED]: 'The operation timed out in the billing API.',
  [status.NOT_FOUND]: 'The operation needs an object that the billing API does not have.',
  [status.ALREADY_EXISTS]: 'The operation conflicts with an object that exists already.',
  [status.PERMISSION_DENIED]: 'The billing API denied permission for the operation.',
  [status.RESOURCE_EXHAUSTED]: 'The operation exceeded a quota of the billing API.',
  [status.FAILED_PRECONDITION]: 'The operation is not possible in the current state of the object.',
  [status.ABORTED]: 'The operation conflicted with another change.',
  [status.OUT_OF_RANGE]: 'The billing API found the request of the operation invalid.',
  [status.UNAVAILABLE]: 'A part of the billing API was unavailable.',
};

/** Why an operation failed, in the gateway's words: the vendor's text can describe its internals. */
export function operationFailureMessage(code: number): string {
  return reasons[code] ?? 'The operation failed in the billing API.';
}

/** Violations that clients may see. A field whose name is not a path is left out. */
export function shownViolations(violations: readonly FieldViolation[]): FieldViolation[] {
  return violations
    .filter(({ field }) => isFieldName(field))
    .map(({ field, description }) => ({
      field,
      description: safeDescription(description, 'is invalid'),
    }));
}

/** A detail of a failed operation without what may describe the vendor's internals. */
export function shownDetail(detail: StatusDetail): StatusDetail {
  switch (detail.type) {
    case 'badRequest':
      return { ...detail, fieldViolations: shownViolations(detail.fieldViolations) };
    case 'preconditionFailure':
      return {
        ...detail,
        violations: detail.violations.map(({ type, subject, description }) => ({
          ...{ type: nameOf(type), subject: nameOf(subject) },
          description: safeDescription(description, 'is not met'),
        })),
      };
    case 'quotaFailure':
      return {
        ...detail,
        violations: detail.violations.map(({ subject, description }) => ({
          ...{ subject: nameOf(subject), description: safeDescription(description, 'is exceeded') },
        })),
      };
    case 'resourceInfo':
      return {
        ...detail,
        ...{ resourceType: nameOf(detail.resourceType), resourceName: nameOf(detail.resourceName) },
        ...{ owner: nameOf(detail.owner), description: safeDescription(detail.description, '') },
      };
    case 'requestInfo':
      return { ...detail, servingData: '' };
    case 'help':
      return { ...detail, links: [] };
    case 'localizedMessage':
      return { ...detail, message: safeDescription(detail.message, '') };
    case 'unknown':
      return shownUnknown(detail);
    case 'retryInfo':
      return detail;
  }
}

const YANDEX_ID = /^[a-z][a-z\d]{19}$/;

/** A type, or the id or name of an object; empty when it may be something else. */
function nameOf(name: string): string {
  return YANDEX_ID.test(name) ? name : safeDescription(name, '');
}

/** The type, and the reason of an ErrorInfo. Its metadata names projects and hosts. */
function shownUnknown({ type, typeUrl, json }: UnknownPayload): UnknownPayload {
  const reason = typeof json === 'object' && json !== null && 'reason' in json ? json.reason : null;
  const isReason = typeof reason === 'string' && /^[A-Z][A-Z_]{1,62}$/.test(reason);
  return { type, typeUrl, json: { '@type': typeUrl, ...(isReason && { reason }) } };
}
