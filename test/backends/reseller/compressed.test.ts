import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { arrayBuffers } from '../../support/memory.ts';
import {
  clientOf,
  customerJson,
  getCustomer,
  listSubscriptions,
  scope,
  startBackend,
  subscriptionJson,
} from './reseller.support.ts';

const PAGE = { token: null, size: 100 };

test('a compressed page takes no memory after it was read', async () => {
  const subscriptions = Array.from({ length: 100 }, (_, n) => ({
    ...subscriptionJson(`S${n}`, 'C1'),
    resourceUiUrl: 'x'.repeat(2_000),
  }));
  const body = gzipSync(JSON.stringify({ subscriptions }));
  const backend = await startBackend((_, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(body),
  );
  const client = clientOf(backend);
  const readPages = async (pages: number) => {
    for (let page = 0; page < pages; page++) {
      const { items } = await listSubscriptions(client, { customerId: 'C1' }, PAGE);
      expect(items).toHaveLength(100);
      arrayBuffers();
    }
    return arrayBuffers();
  };
  const before = await readPages(20);
  // A page was 64 kB, until the next full collection.
  expect((await readPages(40)) - before).toBeLessThan(40 * 16_000);
});

test('a compressed body of several members is decoded completely', async () => {
  const json = JSON.stringify(customerJson('C1'));
  const members = [json.slice(0, 20), json.slice(20, -1), json.slice(-1)];
  const backend = await startBackend((_, response) =>
    response
      .writeHead(200, { 'content-encoding': 'gzip' })
      .end(Buffer.concat(members.map((member) => gzipSync(member)))),
  );
  expect(await getCustomer(clientOf(backend), 'C1', scope())).toMatchObject({ customerId: 'C1' });
});
