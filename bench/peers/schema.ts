/* The part of the gateway's schema that the bench queries, resolved by hand. */
import {
  globalId,
  listCustomers,
  type ResellerCustomer,
  resellerCustomer,
} from '../requests/backends.ts';
import { resellerCustomerId } from '../requests/shape.ts';

export const typeDefs = /* GraphQL */ `
  input CustomerBy { id: ID }
  type Query {
    customer(by: CustomerBy!): Customer
    customers(resellerId: String, first: Int): CustomerConnection
  }
  type CustomerConnection { nodes: [Customer!]! pageInfo: PageInfo! }
  type PageInfo { endCursor: String hasNextPage: Boolean! }
  type Customer { id: ID! billing: BillingCustomer reseller: ResellerCustomer }
  type BillingCustomer { customerId: String! billingAccountId: String! }
  type ResellerCustomer {
    customerId: String! customerDomain: String customerType: String alternateEmail: String
    postalAddress: PostalAddress
  }
  type PostalAddress { organizationName: String countryCode: String }
`;

interface Customer {
  readonly id: string;
  readonly billing: { readonly customerId: string; readonly billingAccountId: string } | null;
  /** Of the customer of the Reseller API. */
  readonly resellerCustomerId: string;
}

export const resolvers = {
  Query: {
    customer: (_: unknown, { by }: { readonly by: { readonly id: string } }): Customer => {
      const id = Buffer.from(by.id, 'base64url').toString().slice('Customer:'.length);
      return { id: by.id, billing: null, resellerCustomerId: id };
    },
    async customers(
      _: unknown,
      { resellerId, first }: { readonly resellerId: string; readonly first: number },
    ) {
      const { customers, nextPageToken } = await listCustomers(resellerId, first);
      return {
        nodes: customers.map(
          ({ id, billingAccountId }, n): Customer => ({
            id: globalId(id),
            billing: { customerId: id, billingAccountId },
            resellerCustomerId: resellerCustomerId(resellerId, n),
          }),
        ),
        pageInfo: {
          endCursor: Buffer.from(nextPageToken).toString('base64url'),
          hasNextPage: nextPageToken !== '',
        },
      };
    },
  },
  Customer: {
    reseller: ({ resellerCustomerId: id }: Customer): Promise<ResellerCustomer> =>
      resellerCustomer(id),
  },
};
