import { createHash } from 'node:crypto';
import { symbols } from 'pino';
import type { OperationType, RequestOutcome, Transport } from '../../domain/telemetry.ts';
import type { Logger } from '../../log.ts';

/** What a line of the access log says. Undefined values are left out. */
export interface AccessFields {
  /** Letters, digits and `.:/_-`. */
  readonly requestId: string;
  readonly traceId: string | undefined;
  readonly transport: Transport;
  /** A name of GraphQL. */
  readonly operationName: string | null;
  readonly type: OperationType;
  /** As `hashOf` names it. */
  readonly viewer: string | null;
  readonly status: number | undefined;
  readonly outcome: RequestOutcome;
  readonly reason: string | undefined;
  readonly durationMs: number;
  readonly backendCalls: number;
  readonly cost: number;
}

interface AccessLog {
  info(fields: AccessFields, message: string): void;
}

const accessLogs = new WeakMap<Logger, AccessLog>();

/**
 * Lines of plain values, in which no field is redacted and only the reason needs to be escaped: looking
 * at each field for that takes longer than the rest of the line.
 */
export function accessLog(log: Logger): AccessLog {
  const known = accessLogs.get(log);
  if (known) return known;
  const created = log.child({}, { redact: [] });
  const bindings = String(Reflect.get(created, symbols.chindingsSym));
  const asJson = (fields: AccessFields, message: string, level: number, time: string): string =>
    `{"level":${level}${time}${bindings}${textOf(fields)},"msg":"${message}"}\n`;
  Object.assign(created, { [symbols.asJsonSym]: asJson });
  accessLogs.set(log, created);
  return created;
}

/** The fields as pino writes them. Each begins with a comma. */
function textOf(fields: AccessFields): string {
  const { requestId, traceId, transport, operationName, type, viewer } = fields;
  const { status, outcome, reason, durationMs, backendCalls, cost } = fields;
  let text = `,"requestId":"${requestId}"`;
  if (traceId !== undefined) text += `,"traceId":"${traceId}"`;
  text += `,"transport":"${transport}","operationName":${quoted(operationName)},"type":"${type}"`;
  text += `,"viewer":${quoted(viewer)}`;
  if (status !== undefined) text += `,"status":${status}`;
  text += `,"outcome":"${outcome}"`;
  if (reason !== undefined) text += `,"reason":${JSON.stringify(reason)}`;
  return `${text},"durationMs":${durationMs},"backendCalls":${backendCalls},"cost":${cost}`;
}

function quoted(name: string | null): string | null {
  return name === null ? null : `"${name}"`;
}

/** Viewers whose hashes are kept. */
const MAX_HASHES = 1_000;
const hashes = new Map<string, string>();

/** Names a viewer in the log without its identity. */
export function hashOf(subject: string): string {
  const known = hashes.get(subject);
  if (known !== undefined) return known;
  const hash = createHash('sha256').update(subject).digest('hex').slice(0, 16);
  if (hashes.size >= MAX_HASHES) hashes.clear();
  hashes.set(subject, hash);
  return hash;
}
