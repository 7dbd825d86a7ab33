import type { ResellerClient } from '../backends/reseller/client.ts';
import type { NotificationWatch } from '../domain/notification.ts';
import { authorize } from './authorize.ts';
import type { RequestScope } from './scope.ts';

/** Who may read the reseller API's notifications. Both changes give the state after them. */
export interface NotificationService {
  watch(): Promise<NotificationWatch>;
  register(serviceAccountEmailAddress: string): Promise<NotificationWatch>;
  unregister(serviceAccountEmailAddress: string): Promise<NotificationWatch>;
}

export function createNotificationService(
  reseller: ResellerClient,
  scope: RequestScope,
): NotificationService {
  return {
    async watch() {
      authorize(scope.viewer, 'READ');
      return reseller.getWatchDetails(scope);
    },
    async register(serviceAccountEmailAddress) {
      authorize(scope.viewer, 'WRITE');
      const topicName = await reseller.register(serviceAccountEmailAddress, scope);
      return { topicName, serviceAccountEmailAddresses: null };
    },
    async unregister(serviceAccountEmailAddress) {
      authorize(scope.viewer, 'WRITE');
      const topicName = await reseller.unregister(serviceAccountEmailAddress, scope);
      return { topicName, serviceAccountEmailAddresses: null };
    },
  };
}
