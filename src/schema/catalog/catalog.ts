import type {
  Catalog,
  CatalogEnding,
  CatalogProduct,
  CatalogSku,
  CatalogTrial,
} from '../../domain/catalog/catalog.ts';
import { builder } from '../builder.ts';
import { enumType, expose, exposeAs, objectType, plainType } from '../fields.ts';
import { nodeType } from '../relay/node.ts';
import { planName } from '../subscription/subscription-parts.ts';

const ending = enumType<CatalogEnding>('CatalogEnding', 'How a subscription is ended.', {
  CANCEL: 'With `cancelSubscription`.',
  TRANSFER_TO_DIRECT: 'With `transferSubscriptionToDirect`.',
});

const trial = plainType<CatalogTrial>('CatalogTrial', 'The limits of a trial.', {
  'Int!': {
    seats: 'Largest number of seats during the trial.',
    days: 'Length of the trial in days.',
  },
});

const sku = nodeType<CatalogSku>('CatalogSku', {
  description:
    'An SKU of the reseller API and its limits. The API decides; the limits are for display only.',
  key: ({ id }) => [id],
  load: async ([id = '', ...more], { services }) =>
    more.length === 0 ? services.catalog.sku(id) : null,
  fields: (t) => ({
    skuId: t.exposeString('id', {
      nullable: false,
      description: 'SKU id of the reseller API, such as `1010020028`.',
    }),
    ...expose(t, {
      'String!': { name: 'Display name of the SKU in English.' },
      Int: {
        maximumSeats:
          'Largest number of seats of a subscription; null when only the contract with Google limits it.',
      },
    }),
    ...exposeAs(t, [planName.ref], { plans: 'Plans with which the SKU can be ordered.' }),
    trial: t.expose('trial', {
      type: trial,
      description: 'The limits of a trial; null when the SKU has no trial.',
    }),
    ...exposeAs(t, ending, { endsBy: 'The mutation that ends a subscription of the SKU.' }),
  }),
});

const product = nodeType<CatalogProduct>('CatalogProduct', {
  description:
    'A product of the reseller API. A subscription can switch between the SKUs of one product.',
  key: ({ id }) => [id],
  async load([id = '', ...more], { services }) {
    const { products } = services.catalog.catalog();
    return (more.length === 0 && products.find((found) => found.id === id)) || null;
  },
  fields: (t) => ({
    productId: t.exposeString('id', {
      nullable: false,
      description: 'Product id of the reseller API, such as `Google-Apps`.',
    }),
    ...expose(t, { 'String!': { name: 'Display name of the product in English.' } }),
    ...exposeAs(t, [sku], { skus: 'The SKUs of the product.' }),
  }),
});

const catalog = objectType<Catalog>(
  'Catalog',
  'The products of the reseller API as Google documents them. No request is rejected because of the catalog.',
  (t) => ({
    ...exposeAs(t, [product], { products: 'All products.' }),
    sku: t.field({
      type: sku,
      args: {
        skuId: t.arg.string({ required: true, description: 'SKU id of the reseller API.' }),
      },
      description: 'The SKU with this SKU id; null when the catalog does not have it.',
      resolve: (_catalog, { skuId }, { services }) => services.catalog.sku(skuId),
    }),
  }),
);

builder.queryField('catalog', (t) =>
  t.field({
    type: catalog,
    nullable: false,
    description: 'The products and SKUs that can be ordered, with their plans and limits.',
    resolve: (_root, _args, { services }) => services.catalog.catalog(),
  }),
);
