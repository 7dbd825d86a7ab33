import { type Config, ConfigError, loadConfig } from './config/config.ts';
import { loadGatewayProgram, loadSandboxProgram } from './config/programs.ts';
import { helpOf } from './config/reference.ts';
import type { SandboxConfig } from './config/sandbox.ts';
import { createGateway } from './gateway.ts';
import { createLogger, type Logger, type LogLevel } from './log.ts';
import { bannerOf } from './sandbox/banner.ts';
import { type Sandbox, startSandbox } from './sandbox/sandbox.ts';
import { PUSH_PATH } from './server/http.ts';
import { StoreError } from './store/store.ts';

/** From sysexits.h. */
const EX_USAGE = 64;
const EX_UNAVAILABLE = 69;
const EX_CONFIG = 78;

const FIRST_QUERY = '{ customers(first: 3) { nodes { id reseller { customerDomain } } } }';

/** A program whose settings are valid. */
interface Program {
  readonly logLevel: LogLevel;
  readonly warnings: readonly string[];
  run(log: Logger): Promise<void>;
}

const programs = { gateway: prepareGateway, sandbox: prepareSandbox };

async function main(name: keyof typeof programs, args: readonly string[]): Promise<void> {
  const unknown = args.find((arg) => arg !== '--help' && arg !== '--check-config');
  if (unknown !== undefined) {
    // The part after an equals sign may be a secret.
    const [argument] = unknown.split('=');
    exit(EX_USAGE, `Unknown argument ${argument}. Run with --help to see the usage.`);
  }
  if (args.includes('--help')) {
    process.stdout.write(helpOf(name));
    return;
  }
  const { warnings, logLevel, run } = programs[name]();
  if (args.includes('--check-config')) {
    for (const warning of warnings) process.stderr.write(`Warning: ${warning}\n`);
    process.stdout.write('Configuration is valid.\n');
    return;
  }
  const log = createLogger(logLevel);
  for (const warning of warnings) log.warn(warning);
  await run(log);
}

function prepareGateway(): Program {
  const { config, sandbox, warnings } = loadGatewayProgram(process.env);
  const run = (log: Logger) => runGateway(config, sandbox, log);
  return { logLevel: config.logLevel, warnings, run };
}

async function runGateway(
  config: Config,
  sandboxConfig: SandboxConfig | null,
  log: Logger,
): Promise<void> {
  const sandbox = sandboxConfig && (await startBuiltInSandbox(sandboxConfig));
  const { backends, ...rest } = sandbox ? loadConfig(environmentOf(sandbox)) : config;
  if (!backends) throw new Error('the gateway has no backends');
  const gateway = await createGateway({ ...rest, backends }, { log, links: sandbox?.links });
  onSignal(async () => {
    await gateway.close();
    await sandbox?.close();
  });
  const url = await gateway.start();
  if (sandbox?.notifications.endpoint === null) {
    sandbox.notifications.pushTo(new URL(PUSH_PATH, url).href);
  }
  announce(url, sandbox);
}

/** Uses free ports, so that several gateways can run side by side. */
function startBuiltInSandbox({ options }: SandboxConfig): Promise<Sandbox> {
  return startSandbox({ ...options, billingPort: 0, resellerPort: 0 });
}

/** The built-in sandbox is configured like any other backend, so the gateway has one code path. */
function environmentOf(sandbox: Sandbox): NodeJS.ProcessEnv {
  return {
    BILLING_RESELLER_ID: sandbox.resellerId,
    // The sandbox keeps its data in memory, so stored operations would outlive their customers.
    DATABASE_URL: 'sqlite::memory:',
    ...process.env,
    BILLING_ENDPOINT: sandbox.billingAddress,
    BILLING_TLS: 'false',
    RESELLER_ENDPOINT: sandbox.resellerUrl,
  };
}

function announce(url: string, sandbox: Sandbox | null): void {
  const lines = [`Gateway ready at ${url} (open it in a browser for GraphiQL)`];
  if (sandbox) {
    lines.push(`Sandbox: billing ${sandbox.billingAddress}, reseller ${sandbox.resellerUrl}`);
  }
  lines.push('', 'Try:', `  curl -s ${url} -H 'content-type: application/json' \\`);
  lines.push(`    -d '${JSON.stringify({ query: FIRST_QUERY })}'`, '');
  process.stdout.write(`${lines.join('\n')}\n`);
}

function prepareSandbox(): Program {
  const { config, warnings } = loadSandboxProgram(process.env);
  const run = async (log: Logger): Promise<void> => {
    const sandbox = await startSandbox({ ...config.options, log });
    onSignal(() => sandbox.close());
    process.stdout.write(bannerOf(sandbox));
  };
  return { logLevel: config.logLevel, warnings, run };
}

function onSignal(close: () => Promise<void>): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => close().catch(fail));
  }
}

function exit(code: number, message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(code);
}

function fail(error: unknown): never {
  if (error instanceof ConfigError || error instanceof StoreError) exit(EX_CONFIG, error.message);
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE' || code === 'EADDRNOTAVAIL' || code === 'EACCES') {
    exit(EX_UNAVAILABLE, `Cannot listen: ${String(error)}\n${portHints[program]}`);
  }
  throw error;
}

const portHints = {
  gateway: 'Set HOST or PORT to another value.',
  sandbox: 'Set SANDBOX_HOST, SANDBOX_BILLING_PORT or SANDBOX_RESELLER_PORT to another value.',
};

const [, , first, ...others] = process.argv;
const program = first === 'sandbox' ? 'sandbox' : 'gateway';
await main(program, program === 'sandbox' ? others : process.argv.slice(2)).catch(fail);
