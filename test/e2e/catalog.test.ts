import { expect, test } from 'vitest';
import { googleCatalog } from '../../src/domain/catalog/google-catalog.ts';
import { encodeGlobalId } from '../../src/schema/relay/global-id.ts';
import { sharedTestGateway } from '../support/gateway.ts';
import { CatalogDocument, CatalogSkuDocument } from '../support/gql/graphql.ts';
import { request } from '../support/request.ts';

const gateway = sharedTestGateway();

test('catalog returns every product and SKU without a backend call', async () => {
  const { url, sandbox } = gateway();
  const { data } = await request(url, CatalogDocument);
  const products = googleCatalog.products.map(({ id: productId, skus, ...product }) => ({
    ...{ id: encodeGlobalId('CatalogProduct', productId), productId, ...product },
    skus: skus.map(({ id: skuId, ...sku }) => {
      return { id: encodeGlobalId('CatalogSku', skuId), skuId, ...sku };
    }),
  }));
  expect(data?.catalog).toEqual({ products });
  expect(sandbox.calls.requests).toBe(0);
});

test('catalog.sku returns one SKU, or null', async () => {
  const { url } = gateway();
  const skuWith = async (skuId: string) =>
    (await request(url, CatalogSkuDocument, { skuId })).data?.catalog.sku;
  expect(await skuWith('1010050001')).toEqual({
    id: encodeGlobalId('CatalogSku', '1010050001'),
    skuId: '1010050001',
    name: 'Cloud Identity Premium',
    plans: ['ANNUAL_MONTHLY_PAY', 'ANNUAL_YEARLY_PAY', 'FLEXIBLE', 'TRIAL'],
    maximumSeats: 50_000,
    trial: { seats: 50, days: 30 },
    endsBy: 'CANCEL',
  });
  expect(await skuWith('1019990001')).toBeNull();
});
