import { GatewayError } from '../domain/error.ts';
import type { WriteMutation, WriteRecord } from '../domain/write.ts';
import type { StoredWrite } from '../store/writes/write-rows.ts';
import { billingMutations } from './billing/billing-request.ts';

export type SettleAction = 'REPEAT' | 'CONFIRM_DONE' | 'CONFIRM_NOT_DONE';

export interface SettleRequest {
  readonly action: SettleAction;
  /** Billing's operation; required for CONFIRM_DONE of a billing write, otherwise null. */
  readonly operationId: string | null;
}

const billing: ReadonlySet<WriteMutation> = new Set(Object.values(billingMutations));

/** Whether a mutation starts an operation at billing. */
export function isBillingMutation(mutation: WriteMutation): boolean {
  return billing.has(mutation);
}

/** @throws GatewayError BAD_USER_INPUT when the operation id is missing, or is not allowed */
export function checkOperationId(
  mutation: WriteMutation,
  { action, operationId }: SettleRequest,
): void {
  const isNeeded = action === 'CONFIRM_DONE' && isBillingMutation(mutation);
  if (isNeeded === (operationId !== null && operationId !== '')) return;
  const description = isNeeded
    ? `is required to confirm that ${mutation} was carried out`
    : `must be omitted for ${action} of ${mutation}`;
  throw new GatewayError('BAD_USER_INPUT', `input.operationId ${description}.`, {
    violations: [{ field: 'input.operationId', description }],
  });
}

/** @throws GatewayError when the write has an outcome, or a call of it can be on its way */
export function assertUnsettled({ record, heldForMs }: StoredWrite): void {
  if (!isUnsettled(record)) {
    throw precondition(
      `The change is ${record.outcome} already. Only a change that is PENDING or UNKNOWN can be settled.`,
    );
  }
  if (heldForMs === 0) return;
  const seconds = Math.ceil(heldForMs / 1000);
  throw new GatewayError(
    'UNAVAILABLE',
    `A call of this change may still be on its way. Try again in ${seconds} s.`,
    { retryable: true, retryAfterMs: heldForMs },
  );
}

export function isUnsettled({ outcome }: WriteRecord): boolean {
  return outcome === 'PENDING' || outcome === 'UNKNOWN';
}

export function precondition(message: string): GatewayError {
  return new GatewayError('FAILED_PRECONDITION', message);
}

/** Billing may leave an id out of an operation's metadata, and a creation has no customer yet. */
export function isOther(id: string, wanted: string | null): boolean {
  return id !== '' && wanted !== null && id !== wanted;
}

/** Why a write is REFUSED that was confirmed as not done. */
export const notDone = {
  code: 'FAILED_PRECONDITION',
  message: 'A person confirmed with settleWrite that the change was not carried out.',
} as const;
