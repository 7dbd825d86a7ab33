import { z } from 'zod';
import { conductOf, type ResellerWriteDeps } from './conduct.ts';
import { watchChanged } from './customer-verdicts.ts';
import { watchRequest } from './requests.ts';

/** Registers or unregisters a service account for notifications. */
export function watchConduct(deps: ResellerWriteDeps) {
  const { reseller } = deps;
  return conductOf(deps, {
    request: watchRequest,
    snapshot: z.null(),
    async attempt({ request: { mutation, serviceAccountEmailAddress: address } }, scope) {
      const isNew = mutation === 'registerNotifications';
      const send = isNew ? reseller.register : reseller.unregister;
      return { topicName: await send(address, scope), serviceAccountEmailAddresses: null };
    },
    readBack: async ({ request }, scope) =>
      watchChanged(request, await reseller.getWatchDetails(scope)),
    current: (_record, scope) => reseller.getWatchDetails(scope),
  });
}
