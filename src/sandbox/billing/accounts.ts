import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import {
  type BillingAccount,
  BillingAccountSchema,
} from '../../gen/yandex/cloud/billing/v1/billing_account_pb.ts';
import {
  type BillingAccountService,
  ListBillingAccountsResponseSchema,
} from '../../gen/yandex/cloud/billing/v1/billing_account_service_pb.ts';
import { takePage } from '../page-tokens.ts';
import type { UnaryImplementation } from './grpc-service.ts';
import type { Operations } from './operations.ts';
import type { Serve } from './serve.ts';
import { notFound } from './status.ts';
import type { BillingAccountRecord, BillingStore } from './store.ts';
import { checkId, checkPage, RequestCheck } from './validation.ts';

const scope = 'billing accounts';

function toMessage({ position: _, createdAt, ...account }: BillingAccountRecord): BillingAccount {
  return create(BillingAccountSchema, { ...account, createdAt: timestampFromMs(createdAt) });
}

/** The read methods of yandex.cloud.billing.v1.BillingAccountService. */
export function billingAccountService(
  store: BillingStore,
  operations: Operations,
  serve: Serve,
): UnaryImplementation<typeof BillingAccountService> {
  return {
    get: serve('BillingAccountService.Get', ({ id }) => {
      checkId('id', id);
      operations.applyFinished();
      const account = store.account(id);
      if (account === undefined) throw notFound('yandex.cloud.billing.v1.BillingAccount', id);
      return toMessage(account);
    }),
    list: serve('BillingAccountService.List', (request) => {
      const { size, after } = checkPage(new RequestCheck(), request, scope);
      operations.applyFinished();
      const { page, nextPageToken } = takePage(store.accounts(), scope, after, size);
      return create(ListBillingAccountsResponseSchema, {
        billingAccounts: page.map(toMessage),
        nextPageToken: nextPageToken ?? '',
      });
    }),
  };
}
