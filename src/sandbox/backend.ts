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

/** What both servers share. */
export interface BackendContext {
  readonly now: () => number;
  readonly calls: CallLog;
  readonly faults: FaultPlan;
  /** When set, `Bearer <token>` is required. */
  readonly token: string | undefined;
  readonly log: SandboxLog;
  /** Aborts when the sandbox closes: ends delays. */
  readonly closing: AbortSignal;
}

export interface RunningServer {
  readonly port: number;
  /** Ends everything at once, also connections on which an answer is still owed. */
  close(): Promise<void>;
}

/** Waits `ms`, or less when the sandbox closes. */
export async function delay(ms: number, closing: AbortSignal): Promise<void> {
  if (ms > 0) await sleep(ms, undefined, { signal: closing, ref: false }).catch(() => undefined);
}

/** Listens; rejects with the system's error (EADDRINUSE ...) when that is not possible. */
export async function listen(server: Server, host: string, port: number): Promise<number> {
  server.listen({ host, port });
  await once(server, 'listening');
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('not a TCP server');
  return address.port;
}

/** As it goes into a URL or a gRPC target. */
export function hostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
