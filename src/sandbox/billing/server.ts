import { createServer, type Socket } from 'node:net';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { file_google_rpc_error_details } from '../../gen/google/rpc/error_details_pb.ts';
import { ServerReflection } from '../../gen/grpc/reflection/v1/reflection_pb.ts';
import { ServerReflection as ServerReflectionAlpha } from '../../gen/grpc/reflection/v1alpha/reflection_pb.ts';
import { BillingAccountService } from '../../gen/yandex/cloud/billing/v1/billing_account_service_pb.ts';
import { CustomerService } from '../../gen/yandex/cloud/billing/v1/customer_service_pb.ts';
import { ApiEndpointService } from '../../gen/yandex/cloud/endpoint/api_endpoint_service_pb.ts';
import { IamTokenService } from '../../gen/yandex/cloud/iam/v1/iam_token_service_pb.ts';
import { OperationService } from '../../gen/yandex/cloud/operation/operation_service_pb.ts';
import { type BackendContext, listen, type RunningServer } from '../backend.ts';
import type { ServerCertificate } from '../tls/self-signed.ts';
import { billingAccountService } from './accounts.ts';
import { customerService } from './customers.ts';
import { apiEndpointService } from './endpoints.ts';
import { toServiceDefinition, type UnaryImplementation } from './grpc-service.ts';
import { Health, healthService } from './health.ts';
import { iamTokenService } from './iam.ts';
import type { Operations } from './operations.ts';
import { Reflection, reflectionService } from './reflection.ts';
import { createServe, type Serve } from './serve.ts';
import type { BillingStore } from './store.ts';
import { RequestCheck } from './validation.ts';

function operationService(
  operations: Operations,
  serve: Serve,
): UnaryImplementation<typeof OperationService> {
  function checkOperationId(operationId: string): void {
    const check = new RequestCheck();
    check.required('operation_id', operationId);
    check.done();
  }
  return {
    get: serve.method('OperationService.Get', ({ operationId }) => {
      checkOperationId(operationId);
      return operations.get(operationId);
    }),
    cancel: serve.method('OperationService.Cancel', ({ operationId }) => {
      checkOperationId(operationId);
      return operations.cancel(operationId);
    }),
  };
}

function peerOf(socket: Socket): string {
  return `${socket.remoteAddress}:${socket.remotePort}`;
}

const services = [
  CustomerService,
  BillingAccountService,
  OperationService,
  ApiEndpointService,
  IamTokenService,
] as const;

function addApis(
  grpc: Server,
  { access, now }: BackendContext,
  store: BillingStore,
  operations: Operations,
  serve: Serve,
): void {
  grpc.addService(toServiceDefinition(CustomerService), {
    ...customerService(store, operations, serve),
  });
  grpc.addService(toServiceDefinition(BillingAccountService), {
    ...billingAccountService(store, operations, serve),
  });
  grpc.addService(toServiceDefinition(OperationService), {
    ...operationService(operations, serve),
  });
  grpc.addService(toServiceDefinition(ApiEndpointService), { ...apiEndpointService(serve) });
  grpc.addService(toServiceDefinition(IamTokenService), {
    ...iamTokenService(serve, access.token, now),
  });
}

/** Adds reflection and health, for tools that have no proto files. */
function addTools(grpc: Server): void {
  const all = [...services, Health, ServerReflection, ServerReflectionAlpha];
  // The details of failed calls are messages that no service refers to.
  const reflection = new Reflection(all, [file_google_rpc_error_details]);
  const reflect = reflectionService(reflection);
  grpc.addService(toServiceDefinition(ServerReflection), reflect);
  grpc.addService(toServiceDefinition(ServerReflection, ServerReflectionAlpha.typeName), reflect);
  const names = all.map(({ typeName }) => typeName);
  grpc.addService(toServiceDefinition(Health), healthService(names));
}

export interface BillingServerOptions {
  readonly host: string;
  readonly port: number;
  /** Null serves in plaintext. */
  readonly tls: ServerCertificate | null;
}

function credentialsOf(tls: ServerCertificate | null): ServerCredentials {
  if (tls === null) return ServerCredentials.createInsecure();
  const pair = { private_key: Buffer.from(tls.key), cert_chain: Buffer.from(tls.certificate) };
  return ServerCredentials.createSsl(null, [pair]);
}

/** Serves all gRPC services on one port. */
export async function startBillingServer(
  context: BackendContext,
  store: BillingStore,
  operations: Operations,
  { host, port, tls }: BillingServerOptions,
): Promise<RunningServer> {
  // The sandbox accepts connections and passes them to grpc-js so that faults can close them.
  const sockets = new Map<string, Socket>();
  const grpc = new Server();
  const serve = createServe({
    ...context,
    disconnect: (peer) => sockets.get(peer)?.destroy(),
    pollIntervalSeconds: () => operations.timing.pollIntervalSeconds,
  });
  addApis(grpc, context, store, operations, serve);
  addTools(grpc);
  const injector = grpc.createConnectionInjector(credentialsOf(tls));
  const tcp = createServer((socket) => {
    const peer = peerOf(socket);
    sockets.set(peer, socket);
    socket.once('close', () => sockets.delete(peer));
    injector.injectConnection(socket);
  });
  const bound = await listen(tcp, host, port);
  return {
    port: bound,
    close: () =>
      new Promise((resolve) => {
        tcp.close(() => resolve());
        for (const socket of sockets.values()) socket.destroy();
        injector.destroy();
        grpc.forceShutdown();
      }),
  };
}
