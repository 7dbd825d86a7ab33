/* A sandbox and a client in a thread of their own, so that only the gateway's work is counted. */
import { parentPort } from 'node:worker_threads';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.ts';

export interface Addresses {
  readonly billing: string;
  readonly reseller: string;
  readonly resellerId: string;
  /** Customers that are in both APIs. */
  readonly links: Sandbox['links'];
}

/** A request that the client sends; the reply is the text of its answer. */
export interface Ask {
  readonly url: string;
  readonly body: string;
}

if (!parentPort) throw new Error('this file runs in a worker thread');
const port = parentPort;
const sandbox = await startSandbox({ seed: { customers: 200 } });
port.on('message', async (ask: Ask | 'close') => {
  if (ask === 'close') {
    await sandbox.close();
    port.close();
    return;
  }
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(ask.url, { method: 'POST', headers, body: ask.body });
  port.postMessage(await response.text());
});
const addresses: Addresses = {
  billing: sandbox.billingAddress,
  reseller: sandbox.resellerUrl,
  resellerId: sandbox.resellerId,
  links: sandbox.links,
};
port.postMessage(addresses);
