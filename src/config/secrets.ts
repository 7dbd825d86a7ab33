import type { GatewaySettings } from './gateway-settings.ts';

/** The values of settings that must never be logged. Key files are read where they are used. */
export function secretsOf({ billing, reseller, storage }: GatewaySettings): string[] {
  const { BILLING_TOKEN } = billing;
  const { RESELLER_TOKEN } = reseller;
  const values = [BILLING_TOKEN, RESELLER_TOKEN, ...passwordsOf(storage.DATABASE_URL)];
  return values.filter((value): value is string => Boolean(value));
}

/** The password as it is in the URL, and as the database receives it. */
function passwordsOf(databaseUrl: string): (string | undefined)[] {
  const url = URL.parse(databaseUrl);
  const inQuery = url?.searchParams.get('password') ?? undefined;
  return [url?.password, decoded(url?.password), inQuery];
}

function decoded(text: string | undefined): string | undefined {
  try {
    return text && decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
