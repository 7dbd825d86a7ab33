/* The calls of the stand-ins that the floor and the peers make: undici and grpc-js, nothing else. */
import { create, fromBinary, type MessageShape, toBinary } from '@bufbuild/protobuf';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { Pool } from 'undici';
import {
  CustomerService,
  ListCustomersRequestSchema,
  ListCustomersResponseSchema,
} from '../../src/gen/yandex/cloud/billing/v1/customer_service_pb.ts';

const pool = new Pool(process.env['RESELLER_ENDPOINT'] ?? '', { connections: 1_000 });
const client = new Client(process.env['BILLING_ENDPOINT'] ?? '', credentials.createInsecure());

export interface ResellerCustomer {
  readonly customerId: string;
  readonly customerDomain: string;
  readonly customerType: string;
  readonly alternateEmail: string;
  readonly postalAddress: { readonly organizationName: string; readonly countryCode: string };
}

export async function resellerCustomer(id: string): Promise<ResellerCustomer> {
  const { body } = await pool.request({
    method: 'GET',
    path: `/apps/reseller/v1/customers/${id}`,
    headers: { authorization: 'Bearer token' },
  });
  return (await body.json()) as ResellerCustomer;
}

export function listCustomers(
  resellerId: string,
  size: number,
): Promise<MessageShape<typeof ListCustomersResponseSchema>> {
  const request = create(ListCustomersRequestSchema, { resellerId, pageSize: BigInt(size) });
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      `/${CustomerService.typeName}/List`,
      (message: typeof request) => Buffer.from(toBinary(ListCustomersRequestSchema, message)),
      (bytes: Buffer) => fromBinary(ListCustomersResponseSchema, bytes),
      request,
      new Metadata(),
      (error, message) => (error ? reject(error) : resolve(message as never)),
    );
  });
}

export function globalId(key: string): string {
  return Buffer.from(`Customer:${key}`).toString('base64url');
}
