import { ConfigError, loadConfig } from './config/config.ts';
import { createGateway, type Gateway } from './gateway.ts';
import { loadSandboxConfig, SandboxConfigError } from './sandbox/config.ts';
import { type Sandbox, startSandbox } from './sandbox/sandbox.ts';
import { PUSH_PATH } from './server/http.ts';
import { StoreError } from './store/store.ts';

/** From sysexits.h. */
const EX_UNAVAILABLE = 69;
const EX_CONFIG = 78;

const FIRST_QUERY = '{ customers(first: 3) { nodes { id reseller { customerDomain } } } }';

async function main(): Promise<void> {
  const config = loadConfig(process.env);
  const sandbox = config.backends ? null : await startLocalBackends();
  const { backends, ...rest } = sandbox ? loadConfig(environmentOf(sandbox)) : config;
  if (!backends) throw new Error('a gateway needs backends');
  const gateway = await createGateway({ ...rest, backends }, { links: sandbox?.links });
  closeOnSignal(gateway, sandbox);
  const url = await gateway.start();
  // Told to push elsewhere, it does that.
  if (sandbox?.notifications.endpoint === null) {
    sandbox.notifications.pushTo(new URL(PUSH_PATH, url).href);
  }
  announce(url, sandbox);
}

/** On ports of their own choosing, so that several gateways can run side by side. */
function startLocalBackends(): Promise<Sandbox> {
  const { options } = loadSandboxConfig(process.env);
  return startSandbox({ ...options, billingPort: 0, resellerPort: 0 });
}

/** The sandbox is configured as any other backend is, so that there is one way to the backends. */
function environmentOf(sandbox: Sandbox): NodeJS.ProcessEnv {
  return {
    BILLING_RESELLER_ID: sandbox.resellerId,
    // The sandbox forgets everything when it stops: nothing of it is to outlive it here.
    DATABASE_URL: 'sqlite::memory:',
    ...process.env,
    BILLING_ENDPOINT: sandbox.billingAddress,
    BILLING_TLS: 'false',
    RESELLER_ENDPOINT: sandbox.resellerUrl,
  };
}

function closeOnSignal(gateway: Gateway, sandbox: Sandbox | null): void {
  const close = async (): Promise<void> => {
    await gateway.close();
    await sandbox?.close();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => close().catch(fail));
  }
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

function fail(error: unknown): never {
  if (
    error instanceof ConfigError ||
    error instanceof SandboxConfigError ||
    error instanceof StoreError
  ) {
    process.stderr.write(`${error.message}\n`);
    process.exit(EX_CONFIG);
  }
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE' || code === 'EADDRNOTAVAIL' || code === 'EACCES') {
    process.stderr.write(`Cannot listen: ${String(error)}\nSet HOST and PORT to others.\n`);
    process.exit(EX_UNAVAILABLE);
  }
  throw error;
}

await main().catch(fail);
