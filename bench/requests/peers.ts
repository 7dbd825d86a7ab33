import type { QueryName } from './shape.ts';
import { queries } from './shape.ts';

/** Another GraphQL server that the gateway is compared with, in a file of bench/peers. */
export interface Peer {
  readonly file: string;
  readonly queries: Readonly<Record<QueryName, string>>;
  /** The variable `$id` of Q1, for a customer of the Reseller API. */
  idOf(resellerCustomerId: string): string;
}

/** They resolve the part of the gateway's schema that is queried. */
const byHand = {
  queries,
  idOf: (id: string) => Buffer.from(`Customer:${id}`).toString('base64url'),
};

const LIST = 'yandex_cloud_billing_v1_CustomerService_List';

/** The same values in the schema that Hive makes from the definitions of the APIs. */
const fromDefinitions = {
  queries: {
    Q1: `query Q1($id: String!) { resellerCustomer(customerId: $id) { customerId customerDomain
      customerType alternateEmail postalAddress { organizationName countryCode } } }`,
    Q2: `query Q2($resellerId: String) { ${LIST}(input: { reseller_id: $resellerId, page_size: 100 }) {
      customers { id billing_account_id } next_page_token } }`,
    Q3: `query Q3($resellerId: String) { ${LIST}(input: { reseller_id: $resellerId, page_size: 50 }) {
      customers { id reseller { customerId customerDomain } } } }`,
  },
  idOf: (id: string) => id,
};

export const peers: Readonly<Record<string, Peer>> = {
  'Mercurius + jit': { file: 'mercurius.ts', ...byHand },
  'Yoga by hand': { file: 'yoga.ts', ...byHand },
  'Hive Gateway': { file: 'hive.ts', ...fromDefinitions },
};
