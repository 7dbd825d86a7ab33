import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import {
  bitString,
  boolean,
  der,
  integer,
  objectId,
  octetString,
  sequence,
  set,
  utcTime,
  utf8String,
} from './der.ts';

/** A certificate and its private key, in PEM format. */
export interface ServerCertificate {
  readonly certificate: string;
  readonly key: string;
}

const dayMs = 24 * 60 * 60 * 1000;
const daysValid = 365;

const ecdsaWithSha256 = sequence(objectId('1.2.840.10045.4.3.2'));
const subject = sequence(set(sequence(objectId('2.5.4.3'), utf8String('Reseller sandbox'))));

/** Creates a certificate for this machine and `host`, which clients trust as its own authority. */
export function createSelfSigned(host: string, now: number): ServerCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const names = new Set(['localhost', '127.0.0.1', '::1', hostname(), host]);
  const content = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(randomBytes(16)),
    ecdsaWithSha256,
    subject,
    sequence(utcTime(new Date(now - dayMs)), utcTime(new Date(now + daysValid * dayMs))),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, extensions([...names])),
  );
  const signature = sign('sha256', content, privateKey);
  const bytes = sequence(content, ecdsaWithSha256, bitString(signature));
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function extensions(names: readonly string[]): Buffer {
  const critical = boolean(true);
  // Digital signature and certificate signing.
  const usage = octetString(bitString(Buffer.from([0b1000_0100]), 2));
  return sequence(
    sequence(objectId('2.5.29.19'), critical, octetString(sequence(boolean(true)))),
    sequence(objectId('2.5.29.15'), critical, usage),
    sequence(objectId('2.5.29.17'), octetString(sequence(...names.map(subjectName)))),
  );
}

function subjectName(name: string): Buffer {
  return isIP(name) === 0 ? der(0x82, Buffer.from(name)) : der(0x87, addressBytes(name));
}

function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail] = address.split('::');
  const groups = (text: string | undefined): string[] => (text ? text.split(':') : []);
  const zeros = tail === undefined ? 0 : 8 - groups(head).length - groups(tail).length;
  const all = [...groups(head), ...Array.from({ length: zeros }, () => '0'), ...groups(tail)];
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex');
}

/** Writes the certificate for clients to trust, and creates the folder of the file. */
export function writeCertificate(file: string, certificate: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, certificate);
}
