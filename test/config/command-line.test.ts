import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readCommandLine, UsageError } from '../../src/config/command-line.ts';
import { ConfigError } from '../../src/config/settings.ts';
import { testDirectory } from '../e2e/gateway-process.support.ts';
import { type Env, plaintext } from '../support/config.ts';

/** What main.cjs would print, and its exit code; runs nothing. */
function read(args: readonly string[], env: Env = {}) {
  try {
    const command = readCommandLine(args, env);
    if (command.type !== 'print')
      return { code: null, out: '', errors: command.warnings.join('\n') };
    return { code: 0, out: command.text, errors: command.warnings.join('\n') };
  } catch (error) {
    if (error instanceof UsageError) return { code: 64, out: '', errors: error.message };
    if (error instanceof ConfigError) return { code: 78, out: '', errors: error.message };
    throw error;
  }
}

const invalid = {
  PORT: 'abc',
  BILLING_TLS: 'maybe',
  BILLING_TIMEOUT_MS: 'abc',
  SANDBOX_CUSTOMERS: 'x',
  NOTIFICATIONS_KEY_FILE: '/missing/key.json',
};

describe('--help', () => {
  test('prints the usage, however invalid the settings are', () => {
    const { code, out, errors } = read(['--help'], invalid);
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(out).toMatch(/^Usage: node src\/main\.cjs \[--check-config \| --help\]\n/);
    expect(out).toContain('\n  PORT=4000\n');
    expect(out).toContain('\n  SANDBOX_CUSTOMERS=300\n');
  });

  test('of the sandbox lists only its own settings', () => {
    const { code, out } = read(['sandbox', '--help']);
    expect(code).toBe(0);
    expect(out).toMatch(/^Usage: node src\/main\.cjs sandbox /);
    expect(out).not.toContain('\n  PORT=');
  });
});

describe('--check-config', () => {
  test('accepts the defaults', () => {
    expect(read(['--check-config'])).toEqual({
      code: 0,
      out: 'Configuration is valid.\n',
      errors: '',
    });
  });

  test('reports warnings, which do not make the configuration invalid', () => {
    const { code, errors } = read(['--check-config'], { ...plaintext, BILLING_TIMEOUT: '1' });
    expect(code).toBe(0);
    expect(errors).toBe(
      'BILLING_TIMEOUT is not a setting and is ignored; did you mean BILLING_TIMEOUT_MS?\n' +
        'BILLING_RESELLER_ID is not set: `customers` fails without `resellerId`',
    );
  });

  test('rejects key files that are missing or not JSON, without quoting them', () => {
    const key = join(testDirectory(), 'key.json');
    writeFileSync(key, 's3cr3t');
    const { code, errors } = read(['--check-config'], {
      ...plaintext,
      BILLING_KEY_FILE: key,
      RESELLER_KEY_FILE: '/missing/key.json',
      RESELLER_SUBJECT: 'admin@reseller.example',
    });
    expect(code).toBe(78);
    expect(errors.split('\n').slice(1)).toEqual([
      '  - BILLING_KEY_FILE must be the path of a JSON key file (not JSON).',
      expect.stringMatching(
        /- RESELLER_KEY_FILE must be .*\(ENOENT: .*'\/missing\/key\.json'\)\.$/,
      ),
    ]);
  });

  test('of the sandbox ignores the settings of the gateway', () => {
    const valid = read(['sandbox', '--check-config'], { PORT: 'abc' });
    expect(valid).toMatchObject({ code: 0, out: 'Configuration is valid.\n' });
    const { code, errors } = read(['sandbox', '--check-config'], { SANDBOX_SEED: '-1' });
    expect(code).toBe(78);
    expect(errors).toContain(
      'SANDBOX_SEED must be an integer from 0 to 2147483648, or the path of a .json file, not "-1".',
    );
  });
});

describe('an invalid configuration', () => {
  test.each([[[]], [['--check-config']]])('is reported in one run (arguments: %j)', (args) => {
    const { code, out, errors } = read(args, invalid);
    expect({ code, out }).toEqual({ code: 78, out: '' });
    for (const name of Object.keys(invalid)) expect(errors).toContain(`- ${name} must be `);
  });

  test('with real backends does not include the settings of the sandbox', () => {
    const { code, errors } = read([], { ...plaintext, ...invalid });
    expect(code).toBe(78);
    const { SANDBOX_CUSTOMERS, ...gateway } = invalid;
    for (const name of Object.keys(gateway)) expect(errors).toContain(`- ${name} must be `);
    expect(errors).not.toContain('SANDBOX_');
  });
});

test.each([
  [['--hepl'], '--hepl'],
  [['--billing-token=s3cr3t'], '--billing-token'],
  [['--check-config', 'sandbox'], 'sandbox'],
  [['sandbox', '--port', '1'], '--port'],
])('unknown arguments are rejected: %j', (args, name) => {
  const { code, out, errors } = read(args);
  expect({ code, out, errors }).toEqual({
    code: 64,
    out: '',
    errors: `Unknown argument ${name}. Run with --help to see the usage.`,
  });
});

describe('secrets', () => {
  const secrets: Env = {
    BILLING_TOKEN: 's3cr3t-billing',
    RESELLER_TOKEN: 's3cr3t-reseller',
    SANDBOX_TOKEN: 's3cr3t-sandbox',
    DATABASE_URL: 'postgres://gateway:s3cr3t@localhost/gateway',
    BILLING_TOKN: 's3cr3t-misspelled',
  };

  test.each<[string[], Env]>([
    [['--help'], secrets],
    [['--check-config'], { ...plaintext, ...secrets }],
    [['--check-config'], { ...plaintext, ...secrets, PORT: 'x' }],
    [['--check-config'], secrets],
    [['sandbox', '--check-config'], secrets],
    [['sandbox', '--check-config'], { SANDBOX_TOKEN: 's3cr3t twice' }],
  ])('are not shown by %j', (args, env) => {
    const { out, errors } = read(args, env);
    expect(`${out}${errors}`).not.toBe('');
    expect(`${out}${errors}`).not.toContain('s3cr3t');
  });
});
