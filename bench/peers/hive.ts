/* Hive Gateway, which makes its schema from the definitions of both APIs and joins them by a directive. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import { getComposedSchemaFromConfig } from '@graphql-mesh/compose-cli';
import { loadGrpcSubgraph } from '@omnigraph/grpc';
import { loadJSONSchemaSubgraph } from '@omnigraph/json-schema';

const proto = fileURLToPath(new URL('../../proto', import.meta.url));

const billing = loadGrpcSubgraph('Billing', {
  endpoint: process.env['BILLING_ENDPOINT'],
  source: {
    file: `${proto}/yandex/cloud/billing/v1/customer_service.proto`,
    load: { includeDirs: [proto] },
  },
});

const reseller = loadJSONSchemaSubgraph('Reseller', {
  endpoint: process.env['RESELLER_ENDPOINT'],
  operationHeaders: { authorization: 'Bearer token' },
  operations: [
    {
      type: 'Query',
      field: 'resellerCustomer',
      path: '/apps/reseller/v1/customers/{args.customerId}',
      method: 'GET',
      argTypeMap: { customerId: { type: 'string' } },
      responseSchema: fileURLToPath(new URL('hive-customer.json', import.meta.url)),
      responseTypeName: 'ResellerCustomer',
    },
  ],
});

const join = /* GraphQL */ `
  extend type yandex__cloud__billing__v1__Customer {
    reseller: ResellerCustomer @resolveTo(
      sourceName: "Reseller"
      sourceTypeName: "Query"
      sourceFieldName: "resellerCustomer"
      requiredSelectionSet: "{ id }"
      sourceArgs: { customerId: "C{root.id}" }
    )
  }
`;

const silent = (): void => {};
const log = {
  ...{ debug: silent, info: silent, log: silent },
  ...{ warn: console.error, error: console.error, child: () => log },
};
const supergraph = await getComposedSchemaFromConfig(
  {
    subgraphs: [{ sourceHandler: billing }, { sourceHandler: reseller }],
    additionalTypeDefs: join,
  },
  log,
);

const server = createServer(createGatewayRuntime({ supergraph, logging: false }));
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  console.log(JSON.stringify({ url: `http://127.0.0.1:${port}` }));
});
