import type { GatewaySettings } from './gateway-settings.ts';
import { decoded } from './percent.ts';

/** The values of settings that must never be logged. Key files are read where they are used. */
export function secretsOf({ billing, reseller, storage, network }: GatewaySettings): string[] {
  const { BILLING_TOKEN } = billing;
  const { RESELLER_TOKEN } = reseller;
  const { HTTPS_PROXY = '', HTTP_PROXY = '' } = network;
  // The scheme of a proxy may be missing.
  const proxies = [HTTPS_PROXY, HTTP_PROXY].flatMap((url) => [url, `http://${url}`]);
  const urls = [storage.DATABASE_URL, ...proxies];
  const values = [BILLING_TOKEN, RESELLER_TOKEN, ...urls.flatMap(passwordsOf)];
  return values.filter((value): value is string => Boolean(value));
}

/** The password as it is in the URL, and as the server receives it. */
function passwordsOf(text: string): (string | undefined)[] {
  const url = URL.parse(text);
  const inQuery = url?.searchParams.get('password') ?? undefined;
  return [url?.password, decoded(url?.password ?? ''), inQuery];
}
