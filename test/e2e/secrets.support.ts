import { pino } from 'pino';
import { expect, onTestFinished } from 'vitest';
import { loadConfig } from '../../src/config/config.ts';
import { secretsOf } from '../../src/config/secrets.ts';
import { createGateway } from '../../src/gateway.ts';
import { loggerOptions } from '../../src/log.ts';
import { startTestSandbox } from '../support/gateway.ts';

/** In the forms in which a vendor's text can hold it. */
export const PLANTED = 'planted-0f7e';
export const vendorText = [
  `host billing-7.${PLANTED}.internal:8443 project 123456789012`,
  `at com.vendor.${PLANTED}.Handler(Handler.java:10)`,
  `anna.${PLANTED}@mail.example +49 30 12345678`,
  `Bearer ${PLANTED} https://vendor.example/?key=${PLANTED}&token=${PLANTED}`,
].join('\n');

/** What neither the log nor a response may have, and what only the log may have. */
const PERSONAL = /planted|30 12345678|anna/;
const INTERNALS = /internal:|123456789012|Handler|vendor\.example/;

/** A gateway whose log and responses are kept, at the most talkative level. */
export async function startWatched(env: Record<string, string>) {
  const sandbox = await startTestSandbox();
  const { backends, ...config } = loadConfig({
    PORT: '0',
    DATABASE_URL: 'sqlite::memory:',
    LOG_LEVEL: 'trace',
    BILLING_ENDPOINT: sandbox.billingAddress,
    BILLING_TLS: 'false',
    BILLING_RESELLER_ID: sandbox.resellerId,
    BILLING_TIMEOUT_MS: '300',
    RESELLER_ENDPOINT: sandbox.resellerUrl,
    DRAIN_TIMEOUT_MS: '1000',
    ...env,
  });
  if (!backends) throw new Error('no backends');
  let seen = '';
  let answers = '';
  const see = (text: string): void => {
    seen += text;
  };
  const log = pino(loggerOptions('trace', secretsOf(config.settings)), { write: see });
  const gateway = await createGateway({ ...config, backends }, { log, links: sandbox.links });
  const url = await gateway.start();
  onTestFinished(() => gateway.close());
  return {
    sandbox,
    expectNoSecrets(): void {
      expect(PERSONAL.exec(seen)?.[0]).toBeUndefined();
      expect(INTERNALS.exec(answers)?.[0]).toBeUndefined();
    },
    /** The log and every response until now. */
    seen: () => seen,
    async ask(query: string, token = 'client-planted') {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query }),
      });
      const text = await response.text();
      see(text);
      answers += text;
      return JSON.parse(text);
    },
  };
}
