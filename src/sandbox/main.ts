import { pino } from 'pino';
import { loadSandboxConfig, type SandboxConfig, SandboxConfigError } from './config.ts';
import { type Sandbox, startSandbox } from './sandbox.ts';

// By sysexits.h: EX_UNAVAILABLE, EX_CONFIG.
const exitUnavailable = 69;
const exitConfig = 78;

function fail(message: string, code: number): never {
  process.stderr.write(`${message}\n`);
  process.exit(code);
}

function readConfig(): SandboxConfig {
  try {
    return loadSandboxConfig(process.env);
  } catch (error) {
    if (error instanceof SandboxConfigError) fail(error.message, exitConfig);
    throw error;
  }
}

async function start({ options, logLevel }: SandboxConfig): Promise<Sandbox> {
  try {
    return await startSandbox({ ...options, log: pino({ level: logLevel }) });
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    if (error.code !== 'EADDRINUSE') fail(`Cannot listen: ${error.message}`, exitUnavailable);
    const { billingPort, resellerPort } = options;
    const ports = `SANDBOX_BILLING_PORT (${billingPort}) or SANDBOX_RESELLER_PORT (${resellerPort})`;
    return fail(`A port is in use: ${error.message}\nSet ${ports} to a free one.`, exitUnavailable);
  }
}

function banner({ billingAddress, resellerUrl, resellerId, notifications }: Sandbox): string {
  return `The sandbox is ready.
  billing, operations   ${billingAddress} (gRPC, plaintext)
  reseller              ${resellerUrl} (REST)
  reseller id           ${resellerId}
  notifications         ${notifications.endpoint ?? 'nowhere: set SANDBOX_PUSH_ENDPOINT'}

Try:
  grpcurl -plaintext -import-path proto -proto yandex/cloud/billing/v1/customer_service.proto \\
    -d '{"reseller_id":"${resellerId}","page_size":3}' \\
    ${billingAddress} yandex.cloud.billing.v1.CustomerService/List
  curl '${resellerUrl}apps/reseller/v1/customers/flexible.example'
  curl '${resellerUrl}apps/reseller/v1/subscriptions?maxResults=2'
`;
}

const sandbox = await start(readConfig());
process.stdout.write(banner(sandbox));
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void sandbox.close());
}
