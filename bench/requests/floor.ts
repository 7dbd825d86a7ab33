/*
 * The floor of the request bench: a plain node:http program that makes the same calls of the stand-ins
 * and writes the same JSON as the gateway, without GraphQL.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { globalId, listCustomers, resellerCustomer } from './backends.ts';
import { resellerCustomerId } from './shape.ts';

async function q1(id: string): Promise<object> {
  const { customerId, customerDomain, customerType, alternateEmail, postalAddress } =
    await resellerCustomer(id);
  const { organizationName, countryCode } = postalAddress;
  const reseller = {
    ...{ customerId, customerDomain, customerType, alternateEmail },
    postalAddress: { organizationName, countryCode },
  };
  return { data: { customer: { id: globalId(customerId), reseller } } };
}

async function q2(resellerId: string): Promise<object> {
  const { customers, nextPageToken } = await listCustomers(resellerId, 100);
  const nodes = customers.map(({ id, billingAccountId }) => ({
    id: globalId(id),
    billing: { customerId: id, billingAccountId },
  }));
  const endCursor = Buffer.from(nextPageToken).toString('base64url');
  return { data: { customers: { nodes, pageInfo: { endCursor, hasNextPage: true } } } };
}

async function q3(resellerId: string): Promise<object> {
  const { customers } = await listCustomers(resellerId, 50);
  const nodes = await Promise.all(
    customers.map(async ({ id }, n) => {
      const { customerId, customerDomain } = await resellerCustomer(
        resellerCustomerId(resellerId, n),
      );
      const billing = { customerId: id };
      return { id: globalId(id), billing, reseller: { customerId, customerDomain } };
    }),
  );
  return { data: { customers: { nodes } } };
}

async function readBody(request: IncomingMessage): Promise<{ name: string; id: string }> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return JSON.parse(text);
}

const server = createServer(async (request, response) => {
  const { name, id } = await readBody(request);
  const answer = name === 'Q1' ? await q1(id) : name === 'Q2' ? await q2(id) : await q3(id);
  const body = JSON.stringify(answer);
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  console.log(JSON.stringify({ url: `http://127.0.0.1:${port}/` }));
});
