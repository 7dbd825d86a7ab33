import { createHmac, timingSafeEqual } from 'node:crypto';

const signatureBytes = 12;
const secret = 'sandbox page tokens';

function sign(scope: string, position: Buffer): Buffer {
  return createHmac('sha256', secret)
    .update(position)
    .update(scope)
    .digest()
    .subarray(0, signatureBytes);
}

function mask(position: Buffer, signature: Buffer): Buffer {
  return Buffer.from(position.map((byte, index) => byte ^ (signature[index] ?? 0)));
}

/**
 * An opaque token of 24 characters for the page after `position`. `scope` names the list and its
 * filter; the token is valid only for the same scope.
 */
export function sealPageToken(scope: string, position: number): string {
  const plain = Buffer.alloc(6);
  plain.writeUIntBE(position, 0, 6);
  const signature = sign(scope, plain);
  return Buffer.concat([signature, mask(plain, signature)]).toString('base64url');
}

/** The position in a token; undefined when the token is forged or belongs to another list. */
export function openPageToken(scope: string, token: string): number | undefined {
  const bytes = Buffer.from(token, 'base64url');
  if (bytes.length !== signatureBytes + 6 || bytes.toString('base64url') !== token)
    return undefined;
  const signature = bytes.subarray(0, signatureBytes);
  const plain = mask(bytes.subarray(signatureBytes), signature);
  return timingSafeEqual(sign(scope, plain), signature) ? plain.readUIntBE(0, 6) : undefined;
}

export interface Positioned {
  /** Creation order; it does not change when other items are added or removed. */
  readonly position: number;
}

/** Index of the first item after `position`, or the length; `items` are sorted by position. */
export function firstAfter(items: readonly Positioned[], position: number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((items[middle]?.position ?? 0) <= position) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * One page of the accepted `items`, which are sorted by position, after the position `after`, and the
 * next page token.
 */
export function takePage<T extends Positioned>(
  items: readonly T[],
  scope: string,
  after: number,
  size: number,
  accepts: (item: T) => boolean = () => true,
): { readonly page: readonly T[]; readonly nextPageToken: string | undefined } {
  const page: T[] = [];
  for (let index = firstAfter(items, after); index < items.length; index += 1) {
    const item = items[index];
    if (item === undefined || !accepts(item)) continue;
    const last = page.at(-1);
    if (page.length === size && last !== undefined) {
      return { page, nextPageToken: sealPageToken(scope, last.position) };
    }
    page.push(item);
  }
  return { page, nextPageToken: undefined };
}
