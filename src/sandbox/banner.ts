import type { Sandbox } from './sandbox.ts';

/** Any token is accepted when none is configured. */
const anyToken = 'sandbox';

/**
 * What `npm run sandbox` prints: the addresses of both APIs, and calls to try.
 * @param certificateFile the file that has the certificate; null without TLS
 */
export function bannerOf(
  { billingAddress, resellerUrl, resellerId, notifications }: Sandbox,
  certificateFile: string | null,
): string {
  const tls = certificateFile === null ? 'plaintext' : `TLS, trust ${certificateFile}`;
  const grpcurl = certificateFile === null ? '-plaintext' : `-cacert ${certificateFile}`;
  const curl = certificateFile === null ? 'curl' : `curl --cacert ${certificateFile}`;
  const header = `-H 'authorization: Bearer ${anyToken}'`;
  return `The sandbox is ready.
  billing, operations   ${billingAddress} (gRPC, ${tls})
  reseller              ${resellerUrl} (REST)
  reseller id           ${resellerId}
  token                 any, such as "${anyToken}", or SANDBOX_TOKEN
  notifications         ${notifications.endpoint ?? 'not pushed; set SANDBOX_PUSH_ENDPOINT'}

Try:
  grpcurl ${grpcurl} ${header} \\
    -d '{"reseller_id":"${resellerId}","page_size":3}' \\
    ${billingAddress} yandex.cloud.billing.v1.CustomerService/List
  ${curl} ${header} '${resellerUrl}apps/reseller/v1/customers/flexible.example'
  ${curl} ${header} '${resellerUrl}apps/reseller/v1/subscriptions?maxResults=2'
`;
}
