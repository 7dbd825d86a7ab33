import type { NotificationWatch } from '../../domain/notification.ts';
import { type Plan, PlanDraft } from '../../domain/plan.ts';
import type { WatchRequest } from '../reseller/requests.ts';

/** Plans to register or unregister a service account. Google documents no rule that refuses it. */
export function planWatch(
  { mutation, serviceAccountEmailAddress: address }: WatchRequest,
  watch: NotificationWatch,
): Plan {
  const draft = new PlanDraft();
  const isNew = mutation === 'registerNotifications';
  const before = watch.serviceAccountEmailAddresses ?? [];
  const isSame = (other: string) => other.toLowerCase() === address.toLowerCase();
  const others = before.filter((other) => !isSame(other));
  const isThere = others.length < before.length;
  const after = isNew === isThere ? before : isNew ? [...before, address] : others;
  const label = 'The list of registered service accounts';
  const object = { type: 'NotificationWatch' } as const;
  draft
    .change(object, 'serviceAccountEmailAddresses', label, { before, after })
    .warnIf(isNew, 'VENDOR_DECIDES', 'Google decides whether the service account exists.')
    .warnIf(
      !isNew && isThere,
      'CONSEQUENCE',
      'Notifications are no longer received through subscriptions of this service account.',
    );
  const verb = isNew ? 'Registers' : 'Unregisters';
  return draft.done(`${verb} the service account ${address} for notifications.`);
}
