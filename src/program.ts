import { writeSync } from 'node:fs';
import { readCommandLine, UsageError } from './config/command-line.ts';
import { ConfigError, loadConfig } from './config/config.ts';
import type { GatewayProgram, SandboxProgram } from './config/programs.ts';
import type { SandboxConfig } from './config/sandbox.ts';
import { secretsOf } from './config/secrets.ts';
import { createLogger, flushLog, type Logger, STANDARD_ERROR } from './log.ts';
import type { Sandbox } from './sandbox/sandbox.ts';
import { StoreError } from './store/database/store-error.ts';

// The gateway and the sandbox are loaded when they run: --help and invalid settings need neither.

/** From sysexits.h. */
const EX_USAGE = 64;
const EX_UNAVAILABLE = 69;
const EX_CONFIG = 78;

/** Milliseconds for which the process may stay alive after everything was closed. */
const EXIT_MS = 1_000;

/** Milliseconds for the last spans when running requests took the whole drain time. */
const MIN_EXPORT_MS = 500;

/** The address is in use, is not this machine's or not allowed, or its name cannot be resolved. */
const listenErrors = new Set(['EADDRINUSE', 'EADDRNOTAVAIL', 'EACCES', 'ENOTFOUND', 'EAI_AGAIN']);

const sandboxHint =
  'Set SANDBOX_HOST, SANDBOX_BILLING_PORT or SANDBOX_RESELLER_PORT to another value.';

const FIRST_QUERY = '{ customers(first: 3) { nodes { id reseller { customerDomain } } } }';

/** Runs the program until it has started. Exits when it cannot start for a known reason. */
export async function main(): Promise<void> {
  await run().catch(fail);
}

async function run(): Promise<void> {
  const command = readCommandLine(process.argv.slice(2), process.env);
  switch (command.type) {
    case 'print':
      for (const warning of command.warnings) process.stderr.write(`Warning: ${warning}\n`);
      process.stdout.write(command.text);
      return;
    case 'gateway':
      return runGateway(command);
    case 'sandbox':
      return runSandbox(command);
  }
}

async function runGateway(program: GatewayProgram): Promise<void> {
  const { logLevel, settings, drainTimeoutMs } = program.config;
  const secrets = [...secretsOf(settings), ...program.tracing.secrets];
  const log = warning(program, createLogger(logLevel, secrets));
  surviveRejections(log);
  const tracing = program.tracing.isOn ? await loadTracing(log) : null;
  const sandbox = program.sandbox && (await startBuiltInSandbox(program.sandbox));
  const { backends, ...config } = sandbox
    ? loadConfig(environmentOf(sandbox, program.sandbox?.options.token))
    : program.config;
  if (!backends) throw new Error('the gateway has no backends');
  const { createGateway } = await import('./gateway.ts');
  const gateway = await createGateway(
    { ...config, backends },
    {
      log,
      links: sandbox?.links,
      loopbackPages: sandbox !== null,
    },
  );
  onSignal(async () => {
    const exportBefore = performance.now() + drainTimeoutMs;
    await gateway.close();
    await tracing?.close(Math.max(MIN_EXPORT_MS, exportBefore - performance.now()));
    await sandbox?.close();
  });
  const url = await gateway.start();
  if (sandbox?.notifications.endpoint === null) {
    const { PUSH_PATH } = await import('./server/routes.ts');
    sandbox.notifications.pushTo(new URL(PUSH_PATH, url).href);
  }
  announce(url, sandbox);
}

/** The SDK is loaded only when traces are wanted. */
async function loadTracing(log: Logger) {
  const { startTracing } = await import('./tracing/tracing.ts');
  return startTracing(log);
}

/**
 * A promise that fails after its request was answered, in a library for example, must not end the
 * requests of everyone else. An exception that nothing catches still ends the process.
 */
function surviveRejections(log: Logger): void {
  process.on('unhandledRejection', (err) =>
    log.error({ err }, 'promise rejected without a handler'),
  );
}

/** Logs what the configuration warns of. */
function warning({ warnings }: { readonly warnings: readonly string[] }, log: Logger): Logger {
  for (const warning of warnings) log.warn(warning);
  return log;
}

/** Uses free ports, so that several gateways can run side by side. */
async function startBuiltInSandbox({ options }: SandboxConfig): Promise<Sandbox> {
  const { startSandbox } = await import('./sandbox/sandbox.ts');
  return startSandbox({ ...options, billingPort: 0, resellerPort: 0, tls: false });
}

/** The built-in sandbox is configured like any other backend, so the gateway has one code path. */
function environmentOf(sandbox: Sandbox, token: string | undefined): NodeJS.ProcessEnv {
  return {
    BILLING_RESELLER_ID: sandbox.resellerId,
    // The sandbox keeps its data in memory, so stored operations would outlive their customers.
    DATABASE_URL: 'sqlite::memory:',
    ...process.env,
    BILLING_ENDPOINT: sandbox.billingAddress,
    BILLING_TLS: 'false',
    BILLING_TOKEN: token,
    RESELLER_ENDPOINT: sandbox.resellerUrl,
    RESELLER_TOKEN: token,
    ...withoutProxy(sandbox),
  };
}

/** No proxy can reach the built-in sandbox. */
function withoutProxy({ billingAddress, resellerUrl }: Sandbox): NodeJS.ProcessEnv {
  const { no_proxy: lower, NO_PROXY: given } = process.env;
  const hosts = [billingAddress, new URL(resellerUrl).host, lower ?? given ?? ''].join(',');
  return { no_proxy: hosts };
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

async function runSandbox(program: SandboxProgram): Promise<void> {
  const { logLevel, options, certificateFile } = program.config;
  const [{ startSandbox }, { bannerOf }, { writeCertificate }] = await Promise.all([
    import('./sandbox/sandbox.ts'),
    import('./sandbox/banner.ts'),
    import('./sandbox/tls/self-signed.ts'),
  ]);
  const sandbox = await startSandbox({ ...options, log: warning(program, createLogger(logLevel)) });
  onSignal(() => sandbox.close());
  const { certificate } = sandbox;
  if (certificate !== null)
    writing(certificateFile, () => writeCertificate(certificateFile, certificate));
  process.stdout.write(bannerOf(sandbox, certificate === null ? null : certificateFile));
}

/** @throws ConfigError when the file of the certificate cannot be written */
function writing(file: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new ConfigError([`SANDBOX_TLS_CERT_FILE=${file} cannot be written (${code}).`]);
  }
}

function onSignal(close: () => Promise<void>): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      close().then(flushLog).then(exitSoon).catch(fail);
    });
  }
}

/**
 * Ends the process after everything was closed. A library cannot always cancel what it began, such as
 * connecting to a host that never responds.
 */
function exitSoon(): void {
  setTimeout(() => process.exit(), EXIT_MS).unref();
}

async function exit(code: number, message: string): Promise<never> {
  await flushLog();
  try {
    // Not process.stderr, which would open a second stream on the log's descriptor.
    writeSync(STANDARD_ERROR, `${message}\n`);
  } catch {
    // The reader of the log is stalled or gone; the exit code remains.
  }
  process.exit(code);
}

async function fail(error: unknown): Promise<never> {
  if (error instanceof UsageError) return exit(EX_USAGE, error.message);
  if (error instanceof ConfigError || error instanceof StoreError) {
    return exit(EX_CONFIG, error.message);
  }
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (typeof code === 'string' && listenErrors.has(code)) {
    const hint = process.argv[2] === 'sandbox' ? sandboxHint : 'Set HOST or PORT to another value.';
    return exit(EX_UNAVAILABLE, `Cannot listen: ${String(error)}\n${hint}`);
  }
  throw error;
}
