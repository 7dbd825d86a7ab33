import { hash } from 'node:crypto';

const CHECKSUM_BYTES = 9;
const MAX_CURSOR = 8192;

/** An opaque cursor that is valid only for the list with this identity. */
export function sealCursor(payload: unknown, identity: string): string {
  const bytes = Buffer.from(JSON.stringify(payload));
  return Buffer.concat([checksum(bytes, identity), bytes]).toString('base64url');
}

/**
 * The payload of a cursor; undefined when it is not a cursor of this list. The checksum is not secret,
 * so a client can forge a cursor: validate the payload.
 */
export function openCursor(cursor: string, identity: string): unknown {
  const bytes = Buffer.from(cursor.slice(0, MAX_CURSOR), 'base64url');
  const payload = bytes.subarray(CHECKSUM_BYTES);
  const isOurs =
    bytes.toString('base64url') === cursor &&
    checksum(payload, identity).equals(bytes.subarray(0, CHECKSUM_BYTES));
  if (!isOurs) return undefined;
  try {
    return JSON.parse(payload.toString());
  } catch {
    return undefined;
  }
}

function checksum(payload: Uint8Array, identity: string): Buffer {
  const text = Buffer.concat([Buffer.from(`${identity}\0`), payload]);
  return hash('sha256', text, 'buffer').subarray(0, CHECKSUM_BYTES);
}
