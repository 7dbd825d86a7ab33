import { asStateError } from '../../backends/reseller/errors.ts';
import { GatewayError } from '../../domain/error.ts';
import type { ChangeRequest, DeletionRequest } from './requests.ts';
import type { SubscriptionState, TargetSnapshot } from './snapshots.ts';

type Mutation = ChangeRequest['mutation'] | DeletionRequest['mutation'];

/** Parameters that address the subscription. */
const targets: ReadonlySet<string> = new Set(['customerId', 'subscriptionId']);

/**
 * Sends a change. When it is refused as invalid, no field of the input is named, and the
 * subscription was in a state that does not permit the change, the state is the reason.
 */
export async function aboutState<T>(
  mutation: Mutation,
  { subscription }: TargetSnapshot,
  send: () => Promise<T>,
): Promise<T> {
  try {
    return await send();
  } catch (error) {
    const isState = subscription !== null && !permits(mutation, subscription.state);
    throw isState && isUnspecific(error) ? asStateError(error) : error;
  }
}

/** Whether the vendor documents that the change is possible in this state. */
function permits(mutation: Mutation, state: SubscriptionState): boolean {
  const { status, planName, isInTrial } = state;
  if (mutation === 'activateSubscription') return status === 'SUSPENDED';
  if (status !== 'ACTIVE') return false;
  switch (mutation) {
    case 'suspendSubscription':
      return planName !== 'FREE' && !isInTrial;
    case 'startPaidService':
      return isInTrial;
    case 'changeSubscriptionPlan':
      return isInTrial || !planName?.startsWith('ANNUAL');
    default:
      return true;
  }
}

function isUnspecific(error: unknown): error is GatewayError {
  return (
    error instanceof GatewayError &&
    error.code === 'BAD_USER_INPUT' &&
    error.service === 'reseller' &&
    error.violations.every(({ field }) => targets.has(field))
  );
}
