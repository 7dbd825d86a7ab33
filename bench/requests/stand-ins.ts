/*
 * Stand-ins of both APIs for the request bench: a process of their own that answers from cached bytes,
 * so that they cost as little as possible. BACKEND_MS delays each answer.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import {
  CustomerService,
  ListCustomersRequestSchema,
  ListCustomersResponseSchema,
} from '../../src/gen/yandex/cloud/billing/v1/customer_service_pb.ts';
import {
  billingCustomerId,
  CUSTOMERS,
  RESELLERS,
  resellerCustomerId,
  resellerId as resellerIdOf,
} from './shape.ts';

const delayMs = Number(process.env['BACKEND_MS'] ?? 0);

function afterDelay(answer: () => void): void {
  if (delayMs > 0) setTimeout(answer, delayMs);
  else answer();
}

const pages = new Map<string, Buffer>();

function page(resellerId: string, size: number): Buffer {
  const key = `${resellerId} ${size}`;
  let bytes = pages.get(key);
  if (!bytes) {
    const customers = Array.from({ length: Math.min(size, CUSTOMERS) }, (_, n) => ({
      id: billingCustomerId(resellerId, n),
      billingAccountId: `${resellerId}account${n}`,
    }));
    const nextPageToken = size >= CUSTOMERS ? '' : `page-${size}`;
    const message = create(ListCustomersResponseSchema, { customers, nextPageToken });
    bytes = Buffer.from(toBinary(ListCustomersResponseSchema, message));
    pages.set(key, bytes);
  }
  return bytes;
}

interface ListCall {
  readonly request: { readonly resellerId: string; readonly pageSize: bigint };
}

const billing = new Server();
billing.addService(
  {
    list: {
      path: `/${CustomerService.typeName}/List`,
      requestStream: false,
      responseStream: false,
      requestSerialize: (bytes: Buffer) => bytes,
      requestDeserialize: (bytes: Buffer) => fromBinary(ListCustomersRequestSchema, bytes),
      responseSerialize: (bytes: Buffer) => bytes,
      responseDeserialize: (bytes: Buffer) => bytes,
    },
  },
  {
    list: (
      { request: { resellerId, pageSize } }: ListCall,
      callback: (error: null, bytes: Buffer) => void,
    ) => afterDelay(() => callback(null, page(resellerId, Number(pageSize)))),
  },
);

const customers = new Map<string, Buffer>();
for (let reseller = 0; reseller < RESELLERS; reseller++) {
  for (let n = 0; n < CUSTOMERS; n++) {
    const customerId = resellerCustomerId(resellerIdOf(reseller), n);
    customers.set(customerId, customerJson(customerId, n));
  }
}

function customerJson(customerId: string, n: number): Buffer {
  return Buffer.from(
    JSON.stringify({
      kind: 'reseller#customer',
      customerId,
      customerDomain: `${customerId.toLowerCase()}.example.com`,
      customerType: 'domain',
      postalAddress: {
        kind: 'customers#address',
        contactName: 'Alex Doe',
        organizationName: `Customer ${n}`,
        postalCode: '94043',
        countryCode: 'US',
        addressLine1: '1600 Amphitheatre Pkwy',
      },
      alternateEmail: `admin-${n}@example.org`,
      customerDomainVerified: true,
      resourceUiUrl: `https://admin.google.com/?cid=${customerId}`,
    }),
  );
}

const BOUNDARY = 'batch_stand_in';

/** The parts of a batch in their order, in Google's format. */
function batchOf(text: string): string {
  const parts = [...text.matchAll(/^GET (\S+) HTTP\/1\.1\r$/gm)].map(([, path = '']) => {
    const body = customers.get(path.split('/').at(-1) ?? '') ?? '';
    const head = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}`;
    return `--${BOUNDARY}\r\nContent-Type: application/http\r\n\r\n${head}\r\n\r\n${body}\r\n`;
  });
  return `${parts.join('')}--${BOUNDARY}--\r\n`;
}

function answerBatch(request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = batchOf(Buffer.concat(chunks).toString());
    afterDelay(() => {
      response.writeHead(200, { 'content-type': `multipart/mixed; boundary=${BOUNDARY}` });
      response.end(body);
    });
  });
}

const reseller = createServer((request, response) => {
  if (request.method === 'POST') return answerBatch(request, response);
  request.resume();
  const id = request.url?.split('/').at(-1)?.split('?')[0] ?? '';
  const body = customers.get(id);
  afterDelay(() => {
    response.writeHead(body ? 200 : 404, { 'content-type': 'application/json; charset=UTF-8' });
    response.end(body ?? '{"error":{"code":404,"message":"Resource not found"}}');
  });
});

billing.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, billingPort) => {
  if (error) throw error;
  reseller.listen(0, '127.0.0.1', () => {
    const { port } = reseller.address() as AddressInfo;
    console.log(JSON.stringify({ billingPort, resellerPort: port }));
  });
});
