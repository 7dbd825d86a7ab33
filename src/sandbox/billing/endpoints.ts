import { create } from '@bufbuild/protobuf';
import {
  type ApiEndpoint,
  ApiEndpointSchema,
} from '../../gen/yandex/cloud/endpoint/api_endpoint_pb.ts';
import {
  type ApiEndpointService,
  ListApiEndpointsResponseSchema,
} from '../../gen/yandex/cloud/endpoint/api_endpoint_service_pb.ts';
import type { UnaryImplementation } from './grpc-service.ts';
import type { Serve } from './serve.ts';
import { notFound } from './status.ts';
import { RequestCheck } from './validation.ts';

/** The services that the sandbox has, by the SDKs' names. */
const ids = ['billing', 'endpoint', 'iam', 'operation'] as const;

/**
 * The methods of yandex.cloud.endpoint.ApiEndpointService. Every service is at the address that the
 * client used, so that it also works through a port that is mapped to another one.
 */
export function apiEndpointService(serve: Serve): UnaryImplementation<typeof ApiEndpointService> {
  const endpoint = (id: string, address: string): ApiEndpoint =>
    create(ApiEndpointSchema, { id, address });
  return {
    get: serve.open('ApiEndpointService.Get', ({ apiEndpointId }, { authority }) => {
      const check = new RequestCheck();
      check.required('api_endpoint_id', apiEndpointId);
      check.done();
      if (ids.some((id) => id === apiEndpointId)) return endpoint(apiEndpointId, authority);
      throw notFound('yandex.cloud.endpoint.ApiEndpoint', apiEndpointId);
    }),
    list: serve.open('ApiEndpointService.List', (_request, { authority }) =>
      create(ListApiEndpointsResponseSchema, {
        endpoints: ids.map((id) => endpoint(id, authority)),
      }),
    ),
  };
}
