import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { Client, credentials, status } from '@grpc/grpc-js';
import { expect, onTestFinished, test } from 'vitest';
import {
  ExtensionRequestSchema,
  type ServerReflectionRequest,
  ServerReflectionRequestSchema,
  type ServerReflectionResponse,
  ServerReflectionResponseSchema,
} from '../../src/gen/grpc/reflection/v1/reflection_pb.ts';
import { BillingAccountService } from '../../src/gen/yandex/cloud/billing/v1/billing_account_service_pb.ts';
import { CustomerService } from '../../src/gen/yandex/cloud/billing/v1/customer_service_pb.ts';
import { billingClient, failureOf, testSandbox } from './sandbox.support.ts';

type Asked = ServerReflectionRequest['messageRequest'];

/** What grpcurl does: one stream, one answer for each request, no token. */
async function reflect(address: string, version: string, asked: readonly Asked[]) {
  const client = new Client(address, credentials.createInsecure());
  onTestFinished(() => client.close());
  const call = client.makeBidiStreamRequest(
    `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`,
    (request: ServerReflectionRequest) =>
      Buffer.from(toBinary(ServerReflectionRequestSchema, request)),
    (bytes: Buffer) => fromBinary(ServerReflectionResponseSchema, bytes),
  );
  for (const messageRequest of asked) {
    call.write(create(ServerReflectionRequestSchema, { messageRequest }));
  }
  call.end();
  const answers: ServerReflectionResponse['messageResponse'][] = [];
  for await (const answer of call) answers.push(answer.messageResponse);
  return answers;
}

function filesIn(answer: ServerReflectionResponse['messageResponse'] | undefined) {
  if (answer?.case !== 'fileDescriptorResponse') throw new Error(`not files: ${answer?.case}`);
  return answer.value.fileDescriptorProto.map((bytes) =>
    fromBinary(FileDescriptorProtoSchema, bytes),
  );
}

test.each(['v1', 'v1alpha'])('reflection %s describes every service', async (version) => {
  const { billingAddress } = await testSandbox({ anonymous: false });
  const [list] = await reflect(billingAddress, version, [{ case: 'listServices', value: '' }]);
  if (list?.case !== 'listServicesResponse') throw new Error('not a list');
  const names = list.value.service.map(({ name }) => name);
  expect(names.toSorted()).toEqual([
    'grpc.health.v1.Health',
    'grpc.reflection.v1.ServerReflection',
    'grpc.reflection.v1alpha.ServerReflection',
    'yandex.cloud.billing.v1.BillingAccountService',
    'yandex.cloud.billing.v1.CustomerService',
    'yandex.cloud.endpoint.ApiEndpointService',
    'yandex.cloud.iam.v1.IamTokenService',
    'yandex.cloud.operation.OperationService',
  ]);
  const symbols = [
    ...[...names, 'google.rpc.BadRequest', 'yandex.cloud.billing.v1.CustomerService.List'],
    ...['yandex.cloud.billing.v1.Customer.id', 'google.rpc.BadRequest.FieldViolation'],
    ...['grpc.health.v1.HealthCheckResponse.ServingStatus', 'google.protobuf.Any'],
  ];
  const answers = await reflect(
    billingAddress,
    version,
    symbols.map((value) => ({ case: 'fileContainingSymbol', value })),
  );
  for (const [index, symbol] of symbols.entries()) {
    const [file, ...imports] = filesIn(answers[index]);
    expect(symbol.startsWith(file?.package ?? '?'), symbol).toBe(true);
    // A client can build every file from the answer alone.
    const sent = new Set(imports.map(({ name }) => name));
    for (const each of [file, ...imports]) {
      for (const dependency of each?.dependency ?? []) expect(sent).toContain(dependency);
    }
  }
});

test('reflection answers what it does not know with NOT_FOUND', async () => {
  const { billingAddress } = await testSandbox();
  const answers = await reflect(billingAddress, 'v1', [
    { case: 'fileContainingSymbol', value: 'no.such.Symbol' },
    { case: 'fileByFilename', value: 'no/such/file.proto' },
    { case: 'allExtensionNumbersOfType', value: 'no.such.Type' },
    {
      case: 'fileContainingExtension',
      value: create(ExtensionRequestSchema, {
        containingType: 'yandex.cloud.billing.v1.Customer',
        extensionNumber: 1,
      }),
    },
    { case: 'allExtensionNumbersOfType', value: 'yandex.cloud.billing.v1.Customer' },
    { case: 'fileByFilename', value: 'yandex/cloud/billing/v1/customer.proto' },
  ]);
  expect(answers.map((answer) => answer.case)).toEqual([
    ...['errorResponse', 'errorResponse', 'errorResponse', 'errorResponse'],
    ...['allExtensionNumbersResponse', 'fileDescriptorResponse'],
  ]);
  expect(answers[0]).toMatchObject({ value: { errorCode: status.NOT_FOUND } });
});

function health(address: string, method: 'Check' | 'Watch', service: string): Promise<number> {
  const client = new Client(address, credentials.createInsecure());
  onTestFinished(() => client.close());
  // The messages of grpc.health.v1: a text and an enum, each as field 1.
  const serialize = (name: string) =>
    Buffer.concat([Buffer.from([0x0a, name.length]), Buffer.from(name)]);
  const deserialize = (bytes: Buffer) => bytes[1] ?? 0;
  const path = `/grpc.health.v1.Health/${method}`;
  return new Promise((resolve, reject) => {
    if (method === 'Check') {
      client.makeUnaryRequest(path, serialize, deserialize, service, (error, value) =>
        error ? reject(error) : resolve(value ?? 0),
      );
      return;
    }
    const stream = client.makeServerStreamRequest(path, serialize, deserialize, service);
    stream
      .on('error', () => {})
      .once('data', (value: number) => {
        stream.cancel();
        resolve(value);
      });
  });
}

test('health reports every service as serving, without a token', async () => {
  const { billingAddress } = await testSandbox({ anonymous: false });
  for (const service of ['', CustomerService.typeName, 'yandex.cloud.iam.v1.IamTokenService']) {
    expect(await health(billingAddress, 'Check', service)).toBe(1);
    expect(await health(billingAddress, 'Watch', service)).toBe(1);
  }
  expect(await health(billingAddress, 'Watch', 'no.Service')).toBe(3);
  await expect(health(billingAddress, 'Check', 'no.Service')).rejects.toMatchObject({
    code: status.NOT_FOUND,
  });
});

test('a call without a token is UNAUTHENTICATED, and any token is accepted', async () => {
  const { billingAddress, resellerId } = await testSandbox({ anonymous: false });
  const call = billingClient(billingAddress);
  const list = (metadata: Record<string, string>) =>
    call(CustomerService.method.list, { resellerId }, { metadata });
  expect((await failureOf(list({}))).error).toMatchObject({
    code: status.UNAUTHENTICATED,
    details: 'The token is missing',
  });
  expect((await failureOf(list({ authorization: 'Basic x' }))).error.code).toBe(
    status.UNAUTHENTICATED,
  );
  expect((await list({ authorization: 'Bearer sandbox' })).message.customers).not.toEqual([]);
});

test('the clouds of an account are listed in pages', async () => {
  const { billingAddress, resellerId, store } = await testSandbox();
  const call = billingClient(billingAddress);
  const method = BillingAccountService.method.listBillableObjectBindings;
  const counts = new Set<number>();
  for (const { billingAccountId } of store.billing.customersOf(resellerId)) {
    const { message: all } = await call(method, { billingAccountId });
    counts.add(all.billableObjectBindings.length);
    const ids: (string | undefined)[] = [];
    let pageToken = '';
    do {
      const { message } = await call(method, { billingAccountId, pageSize: 1n, pageToken });
      ids.push(...message.billableObjectBindings.map(({ billableObject }) => billableObject?.id));
      pageToken = message.nextPageToken;
    } while (pageToken !== '');
    expect(ids).toEqual(all.billableObjectBindings.map(({ billableObject }) => billableObject?.id));
  }
  expect(counts).toEqual(new Set([1, 2, 3]));
  const { error, fields } = await failureOf(call(method, { pageSize: 1001n }));
  expect(error.code).toBe(status.INVALID_ARGUMENT);
  expect(fields).toEqual(['billing_account_id', 'page_size']);
});
