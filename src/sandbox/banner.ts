import type { Sandbox } from './sandbox.ts';

/** What `npm run sandbox` prints: the addresses of both APIs, and calls to try. */
export function bannerOf({
  billingAddress,
  resellerUrl,
  resellerId,
  notifications,
}: Sandbox): string {
  return `The sandbox is ready.
  billing, operations   ${billingAddress} (gRPC, plaintext)
  reseller              ${resellerUrl} (REST)
  reseller id           ${resellerId}
  notifications         ${notifications.endpoint ?? 'not pushed; set SANDBOX_PUSH_ENDPOINT'}

Try:
  grpcurl -plaintext -import-path proto -proto yandex/cloud/billing/v1/customer_service.proto \\
    -d '{"reseller_id":"${resellerId}","page_size":3}' \\
    ${billingAddress} yandex.cloud.billing.v1.CustomerService/List
  curl '${resellerUrl}apps/reseller/v1/customers/flexible.example'
  curl '${resellerUrl}apps/reseller/v1/subscriptions?maxResults=2'
`;
}
