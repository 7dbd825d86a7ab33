import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { type OriginPolicy, originRefusal } from '../../src/server/auth/origin.ts';

function request(host: string | undefined, origin?: string): IncomingMessage {
  const message = new IncomingMessage(new Socket());
  if (host !== undefined) message.headers.host = host;
  if (origin !== undefined) message.headers.origin = origin;
  return message;
}

const local: OriginPolicy = { allowed: [], loopbackOnly: true, loopbackPages: false };
const open: OriginPolicy = {
  allowed: ['https://portal.example'],
  loopbackOnly: false,
  loopbackPages: false,
};

describe('on loopback without authentication', () => {
  test.each([
    '127.0.0.1:4000',
    '127.0.0.1',
    '127.8.9.10:80',
    'localhost:4000',
    'LOCALHOST:4000',
    'localhost',
    '[::1]:4000',
    '[::1]',
  ])('the name %s is answered', (host) => {
    expect(originRefusal(request(host), local)).toBeNull();
  });

  // A page whose own name points at 127.0.0.1 is of one origin with the gateway: only the name tells.
  test.each([
    'evil.example',
    'evil.example:4000',
    'localhost.evil.example:4000',
    '127.0.0.1.evil.example',
    'evil.example#@localhost',
    '192.168.0.7:4000',
    '0.0.0.0:4000',
    '[::]:4000',
    '[::ffff:10.0.0.1]',
    'localhost:99999',
    'a b',
    '',
    undefined,
  ])('the name %s is refused', (host) => {
    const refusal = originRefusal(request(host, `http://${host ?? ''}`), local);
    expect(refusal).toContain('must be a loopback name');
  });

  test('pages of the gateway itself may use it, others may not', () => {
    const refusal = (origin: string) => originRefusal(request('localhost:4000', origin), local);
    expect(refusal('http://localhost:4000')).toBeNull();
    for (const origin of [
      'http://localhost:3000',
      'http://localhost',
      'http://127.0.0.1:4000',
      'https://evil.example',
      'null',
      'file://',
      '',
      'localhost:4000',
    ]) {
      expect(refusal(origin)).toContain('CORS_ORIGINS');
    }
  });

  test('pages of another origin may use it when they are configured', () => {
    const policy = { ...local, allowed: ['http://localhost:3000'] };
    expect(originRefusal(request('localhost:4000', 'http://localhost:3000'), policy)).toBeNull();
    expect(originRefusal(request('evil.example', 'http://localhost:3000'), policy)).not.toBeNull();
  });
});

describe('with pages of this machine', () => {
  const policy = { ...local, loopbackPages: true };

  test.each([
    'http://localhost:3000',
    'https://localhost',
    'http://127.0.0.1:5173',
    'http://[::1]:3000',
  ])('%s may use the gateway', (origin) => {
    expect(originRefusal(request('localhost:4000', origin), policy)).toBeNull();
    // A rebound name has a loopback page neither as its Host nor as its Origin.
    expect(originRefusal(request('evil.example', origin), policy)).not.toBeNull();
  });

  test.each([
    'https://evil.example',
    'http://localhost.evil.example:3000',
    'http://127.0.0.1.evil.example',
    'http://evil.example#@localhost',
    'http://localhost:3000/path',
    'http://user@localhost:3000',
    'http://192.168.0.7:3000',
    'http://0.0.0.0:3000',
    'file://localhost',
    'chrome-extension://localhost',
    'null',
    '',
  ])('%s may not', (origin) => {
    expect(originRefusal(request('localhost:4000', origin), policy)).toContain('CORS_ORIGINS');
  });
});

describe('elsewhere', () => {
  test('any name is answered', () => {
    for (const host of ['gateway.example', '10.0.0.1:4000', undefined]) {
      expect(originRefusal(request(host), open)).toBeNull();
    }
  });

  test.each<[string, string | undefined, boolean]>([
    ['https://portal.example', 'gateway.example', true],
    ['https://gateway.example', 'gateway.example', true],
    ['https://gateway.example:8443', 'gateway.example:8443', true],
    // Behind a proxy that ends TLS the port is the scheme's own.
    ['http://gateway.example', 'gateway.example', true],
    ['http://portal.example', 'gateway.example', false],
    ['https://portal.example:444', 'gateway.example', false],
    ['https://portal.example.evil.example', 'gateway.example', false],
    ['https://gateway.example:8443', 'gateway.example', false],
    ['https://xgateway.example', 'gateway.example', false],
    ['https://evil.example', 'gateway.example', false],
    ['null', 'gateway.example', false],
    ['null', undefined, false],
    ['file://', undefined, false],
    ['file://', '', false],
    ['https://evil.example', undefined, false],
  ])('pages of %s may use %s: %s', (origin, host, isAllowed) => {
    const refusal = originRefusal(request(host, origin), open);
    expect(refusal === null).toBe(isAllowed);
    if (refusal !== null) expect(refusal).toContain(origin);
  });
});
