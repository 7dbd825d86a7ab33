import { MAX_BILLING_ID } from '../../domain/customer.ts';
import type { SettleAction } from '../../services/audit.ts';
import { writeErrors } from '../errors.ts';
import { enumType } from '../fields.ts';
import { mutation } from '../mutation.ts';
import { Validation } from '../validation.ts';
import { auditEntry, auditEntryIdOf } from './audit-entry.ts';

const action = enumType<SettleAction>(
  'SettleWriteAction',
  'How to settle a change whose outcome is unknown.',
  {
    REPEAT:
      "Sends a billing change again with the key that billing received, so that billing carries it out at most once. For the reseller API, reads the vendor's state to find out whether the change was carried out.",
    CONFIRM_DONE: 'Records that the vendor carried out the change.',
    CONFIRM_NOT_DONE: 'Records that the vendor did not carry out the change.',
  },
);

mutation('settleWrite', {
  description:
    'Settles a change whose outcome is PENDING or UNKNOWN. The call is itself recorded in the audit log.',
  inputDescription: 'The change to settle, and how.',
  input: (t) => ({
    auditEntry: t.id({ required: true, description: 'Global id of the audit entry.' }),
    action: t.field({ type: action, required: true, description: 'How to settle the change.' }),
    operationId: t.string({
      description:
        "The billing API's id of the operation that the change started. Required for CONFIRM_DONE of a billing change; must be omitted otherwise.",
    }),
  }),
  success: 'The change has an outcome.',
  returns: {
    field: 'auditEntry',
    type: auditEntry,
    description: 'The settled entry with its outcome.',
  },
  errors: writeErrors,
  async run(input, { audit }) {
    const validation = new Validation();
    validation.maxLength('operationId', input.operationId, MAX_BILLING_ID);
    validation.throwIfInvalid();
    return audit.settle(auditEntryIdOf(input.auditEntry), {
      action: input.action,
      operationId: input.operationId ?? null,
    });
  },
});
