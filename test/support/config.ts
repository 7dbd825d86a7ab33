import { type Config, ConfigError, loadConfig } from '../../src/config/config.ts';

export type Env = Record<string, string>;

/** Two plaintext backends, which need no credential. */
export const plaintext: Env = {
  BILLING_ENDPOINT: 'localhost:50051',
  BILLING_TLS: 'false',
  RESELLER_ENDPOINT: 'http://localhost:8081',
};

export function backendsOf(env: Env): NonNullable<Config['backends']> {
  const { backends } = loadConfig(env);
  if (!backends) throw new Error('no backends');
  return backends;
}

/** The problems of the gateway's settings; empty when they are valid. */
export function problemsOf(env: Env): readonly string[] {
  try {
    loadConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}
