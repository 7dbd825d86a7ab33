import { isLoopback } from '../domain/host.ts';
import type { GatewaySettingName as Name } from './gateway-settings.ts';
import type { Given, RuleProblem } from './settings.ts';

type Problems = Iterable<RuleProblem<Name>>;

/** The problems that concern more than one setting. */
export function* gatewayRules(given: Given<Name>): Problems {
  yield* authProblems(given);
  yield* backendProblems(given);
  yield* pushProblems(given);
  yield* certificateProblems(given, 'BILLING');
  yield* certificateProblems(given, 'RESELLER');
  if (given.isSet('NOTIFICATIONS_KEY_FILE') && !given.isSet('NOTIFICATIONS_SUBSCRIPTION')) {
    yield [
      'NOTIFICATIONS_KEY_FILE',
      'NOTIFICATIONS_KEY_FILE is set, but NOTIFICATIONS_SUBSCRIPTION is not.',
    ];
  }
}

const tokenSettings = ['AUTH_JWKS_URL', 'AUTH_ISSUER', 'AUTH_AUDIENCE'] as const;

function* authProblems(given: Given<Name>): Problems {
  if (given.text('AUTH') === 'jwt') {
    for (const name of tokenSettings) {
      if (!given.isSet(name)) yield [name, `${name} is required when AUTH is jwt.`];
    }
  }
  if (given.text('AUTH') !== 'none') return;
  const claimSettings = ['AUTH_WRITE_SCOPE', 'AUTH_CLAIM_ROLES', 'AUTH_CLAIM_RESELLERS'] as const;
  for (const name of [...tokenSettings, ...claimSettings]) {
    if (given.isSet(name)) {
      yield [name, `${name} is set, but AUTH is none. Set AUTH=jwt or unset ${name}.`];
    }
  }
  const host = given.text('HOST');
  if (!isLoopback(host)) {
    yield [
      'HOST',
      `HOST=${host} requires AUTH=jwt, because AUTH=none accepts every caller. Set AUTH=jwt or use a loopback address such as 127.0.0.1.`,
    ];
  }
}

/** Each of these implies real backends, so without endpoints the sandbox would be a surprise. */
const backendSettings = [
  'OPERATION_ENDPOINT',
  'BILLING_TOKEN',
  'BILLING_KEY_FILE',
  'RESELLER_TOKEN',
  'RESELLER_KEY_FILE',
  'RESELLER_SUBJECT',
] as const;

function* backendProblems(given: Given<Name>): Problems {
  const endpoints = ['BILLING_ENDPOINT', 'RESELLER_ENDPOINT'] as const;
  const missing = endpoints.filter((name) => !given.isSet(name));
  if (missing.length === endpoints.length) {
    for (const name of backendSettings.filter((setting) => given.isSet(setting))) {
      yield [name, `${name} is set, but ${endpoints.join(' and ')} are not. Set both endpoints.`];
    }
    return;
  }
  for (const name of missing) {
    yield [
      name,
      `${name} is required: set ${endpoints.join(' and ')}, or neither for the sandbox.`,
    ];
  }
  const isTls = given.isSet('BILLING_ENDPOINT') && given.text('BILLING_TLS') === 'true';
  yield* credentialProblems(given, 'BILLING', isTls && 'BILLING_TLS is true');
  const isHttps = /^https:/i.test(given.text('RESELLER_ENDPOINT'));
  yield* credentialProblems(given, 'RESELLER', isHttps && 'RESELLER_ENDPOINT uses https');
  if (given.isSet('RESELLER_KEY_FILE') && !given.isSet('RESELLER_SUBJECT')) {
    yield ['RESELLER_SUBJECT', 'RESELLER_SUBJECT is required when RESELLER_KEY_FILE is set.'];
  }
}

/** @param reason why a credential is required; false when it is optional */
function* credentialProblems(
  given: Given<Name>,
  backend: 'BILLING' | 'RESELLER',
  reason: string | false,
): Problems {
  const token = `${backend}_TOKEN` as const;
  const keyFile = `${backend}_KEY_FILE` as const;
  if (given.isSet(token) && given.isSet(keyFile)) {
    yield [keyFile, `${token} and ${keyFile} are mutually exclusive. Set only one of them.`];
  }
  if (reason && !given.isSet(token) && !given.isSet(keyFile)) {
    yield [token, `${token} or ${keyFile} is required when ${reason}.`];
  }
}

function* certificateProblems(given: Given<Name>, backend: 'BILLING' | 'RESELLER'): Problems {
  const certificate = `${backend}_TLS_CERT_FILE` as const;
  const key = `${backend}_TLS_KEY_FILE` as const;
  if (given.isSet(certificate) === given.isSet(key)) return;
  const [present, missing] = given.isSet(certificate) ? [certificate, key] : [key, certificate];
  yield [missing, `${missing} is required when ${present} is set.`];
}

function* pushProblems(given: Given<Name>): Problems {
  const required = ['NOTIFICATIONS_PUSH_AUDIENCE', 'NOTIFICATIONS_PUSH_SERVICE_ACCOUNT'] as const;
  const all = [...required, 'NOTIFICATIONS_PUSH_ISSUER', 'NOTIFICATIONS_PUSH_JWKS_URL'] as const;
  const cause = all.find((name) => given.isSet(name));
  if (!cause) return;
  for (const name of required) {
    if (!given.isSet(name)) yield [name, `${name} is required when ${cause} is set.`];
  }
}
