import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import {
  type BillingAccount,
  BillingAccountSchema,
} from '../../gen/yandex/cloud/billing/v1/billing_account_pb.ts';
import {
  type BillingAccountService,
  ListBillableObjectBindingsResponseSchema,
  ListBillingAccountsResponseSchema,
} from '../../gen/yandex/cloud/billing/v1/billing_account_service_pb.ts';
import { takePage } from '../page-tokens.ts';
import { createRandom, hashFraction } from '../random.ts';
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
    get: serve.method('BillingAccountService.Get', ({ id }) => {
      checkId('id', id);
      operations.applyFinished();
      const account = store.account(id);
      if (account === undefined) throw accountNotFound(id);
      return toMessage(account);
    }),
    list: serve.method('BillingAccountService.List', (request) => {
      const { size, after } = checkPage(new RequestCheck(), request, scope);
      operations.applyFinished();
      const { page, nextPageToken } = takePage(store.accounts(), scope, after, size);
      return create(ListBillingAccountsResponseSchema, {
        billingAccounts: page.map(toMessage),
        nextPageToken: nextPageToken ?? '',
      });
    }),
    listBillableObjectBindings: serve.method(
      'BillingAccountService.ListBillableObjectBindings',
      (request) => {
        const { billingAccountId } = request;
        const check = new RequestCheck();
        check.id('billing_account_id', billingAccountId);
        const bindingsScope = `bindings of ${billingAccountId}`;
        const { size, after } = checkPage(check, request, bindingsScope);
        const account = store.account(billingAccountId);
        if (account === undefined) throw accountNotFound(billingAccountId);
        const { page, nextPageToken } = takePage(cloudsOf(account), bindingsScope, after, size);
        return create(ListBillableObjectBindingsResponseSchema, {
          billableObjectBindings: page.map(({ id, boundAt }) => ({
            effectiveTime: timestampFromMs(boundAt),
            billableObject: { id, type: 'cloud' },
          })),
          nextPageToken: nextPageToken ?? '',
        });
      },
    ),
  };
}

function accountNotFound(id: string): Error {
  return notFound('yandex.cloud.billing.v1.BillingAccount', id);
}

const maxClouds = 3;
const dayMs = 24 * 60 * 60 * 1000;

/** One to three clouds, which depend on the account only. */
function cloudsOf({ id, createdAt }: BillingAccountRecord) {
  const count = 1 + Math.floor(hashFraction(`clouds of ${id}`) * maxClouds);
  return Array.from({ length: count }, (_, index) => ({
    position: index + 1,
    id: `b1g${createRandom(hashFraction(`${id} cloud ${index}`) * 2 ** 32).text(17)}`,
    boundAt: createdAt + index * dayMs,
  }));
}
