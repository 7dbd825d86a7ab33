import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CallLog } from './calls.ts';
import type { FaultPlan } from './faults.ts';

/** The part of a pino logger that the sandbox uses. */
export interface SandboxLog {
  debug(data: object, message: string): void;
  warn(data: object, message: string): void;
}

/** Which calls are accepted. */
export interface AccessRules {
  /** The only accepted token; undefined accepts every token. */
  readonly token: string | undefined;
  /** Whether calls without a token are accepted. */
  readonly anonymous: boolean;
}

/** The parts that both servers share. */
export interface BackendContext {
  readonly now: () => number;
  readonly calls: CallLog;
  readonly faults: FaultPlan;
  readonly access: AccessRules;
  readonly log: SandboxLog;
  /** Aborts when the sandbox closes, which ends delays. */
  readonly closing: AbortSignal;
}

export interface RunningServer {
  readonly port: number;
  /** Closes the server and all connections, including those with a pending response. */
  close(): Promise<void>;
}

/** Resolves after `ms` milliseconds, or when the sandbox closes. */
export async function delay(ms: number, closing: AbortSignal): Promise<void> {
  if (ms > 0) await sleep(ms, undefined, { signal: closing, ref: false }).catch(() => undefined);
}

/** Returns the port. Rejects with the system error, for example EADDRINUSE. */
export async function listen(server: Server, host: string, port: number): Promise<number> {
  server.listen({ host, port });
  await once(server, 'listening');
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('not a TCP server');
  return address.port;
}

/** `host:port` for a URL or a gRPC target; IPv6 addresses get brackets. */
export function hostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
