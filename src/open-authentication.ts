import type { Config } from './config/config.ts';
import type { Logger } from './log.ts';
import { type Authenticate, allowAnonymous } from './server/auth/authenticate.ts';
import type { FetchKeys } from './server/auth/jwks.ts';
import type { VerifyPushToken } from './server/auth/push-token.ts';

/** Who may use the API. What verifies tokens is loaded only when it is configured. */
export async function openAuthentication(
  { auth }: Pick<Config, 'auth'>,
  fetch: FetchKeys,
  log: Logger,
): Promise<Authenticate> {
  if (auth === null) return allowAnonymous();
  const { authenticateByJwt } = await import('./server/auth/jwt.ts');
  return authenticateByJwt(auth, fetch, log);
}

/** When clients must authenticate, pushes must too. */
export async function openPushVerification(
  { auth, notifications: { push } }: Pick<Config, 'auth' | 'notifications'>,
  fetch: FetchKeys,
  log: Logger,
): Promise<VerifyPushToken | null> {
  if (push) {
    const { createVerifyPushToken } = await import('./server/auth/push-token.ts');
    return createVerifyPushToken(push, fetch, log);
  }
  const problem = 'NOTIFICATIONS_PUSH_AUDIENCE is not configured';
  return auth && (async () => ({ reason: 'NOT_CONFIGURED', problem }));
}
