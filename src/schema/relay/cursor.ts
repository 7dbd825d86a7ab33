import { hash } from 'node:crypto';

/** Characters of the checksum: 9 bytes, so that what follows is encoded on its own. */
const CHECKSUM = 12;
const MAX_CURSOR = 8192;

/** An opaque cursor that is valid only for the list with this identity. */
export function sealCursor(payload: unknown, identity: string): string {
  return sealed(JSON.stringify(payload), identity);
}

/**
 * The payload of a cursor; undefined when it is not a cursor of this list. The checksum is not secret,
 * so a client can forge a cursor: validate the payload.
 */
export function openCursor(cursor: string, identity: string): unknown {
  const text = Buffer.from(cursor.slice(CHECKSUM, MAX_CURSOR), 'base64url').toString();
  if (sealed(text, identity) !== cursor) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function sealed(text: string, identity: string): string {
  const checksum = hash('sha256', `${identity}\0${text}`, 'base64url').slice(0, CHECKSUM);
  return checksum + Buffer.from(text).toString('base64url');
}
