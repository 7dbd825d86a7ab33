import {
  create,
  type DescFile,
  type DescMessage,
  type DescService,
  toBinary,
} from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { status, type UntypedServiceImplementation } from '@grpc/grpc-js';
import {
  type ServerReflectionRequest,
  ServerReflectionRequestSchema,
  type ServerReflectionResponse,
  ServerReflectionResponseSchema,
} from '../../gen/grpc/reflection/v1/reflection_pb.ts';
import { type DuplexCall, isOf } from './grpc-service.ts';

type Answer = ServerReflectionResponse['messageResponse'];

/** Descriptors of the services and of further files, with everything that they import. */
export class Reflection {
  readonly #services: readonly string[];
  readonly #files = new Map<string, DescFile>();
  readonly #symbols = new Map<string, DescFile>();
  readonly #messages = new Set<string>();

  constructor(services: readonly DescService[], further: readonly DescFile[]) {
    this.#services = services.map(({ typeName }) => typeName);
    for (const file of [...services.map(({ file }) => file), ...further]) this.#addFile(file);
  }

  #addFile(file: DescFile): void {
    if (this.#files.has(file.proto.name)) return;
    this.#files.set(file.proto.name, file);
    for (const dependency of file.dependencies) this.#addFile(dependency);
    for (const message of file.messages) this.#addMessage(message, file);
    for (const { typeName } of file.enums) this.#symbols.set(typeName, file);
    for (const service of file.services) {
      this.#symbols.set(service.typeName, file);
      for (const { name } of service.methods) {
        this.#symbols.set(`${service.typeName}.${name}`, file);
      }
    }
  }

  #addMessage(message: DescMessage, file: DescFile): void {
    const { typeName } = message;
    this.#messages.add(typeName);
    this.#symbols.set(typeName, file);
    for (const { name } of message.fields) this.#symbols.set(`${typeName}.${name}`, file);
    for (const nested of message.nestedEnums) this.#symbols.set(nested.typeName, file);
    for (const nested of message.nestedMessages) this.#addMessage(nested, file);
  }

  /** The answer to one request of the stream. */
  answer(request: ServerReflectionRequest): ServerReflectionResponse {
    return create(ServerReflectionResponseSchema, {
      validHost: request.host,
      originalRequest: request,
      messageResponse: this.#answer(request.messageRequest),
    });
  }

  #answer({ case: kind, value }: ServerReflectionRequest['messageRequest']): Answer {
    switch (kind) {
      case 'listServices': {
        const service = this.#services.map((name) => ({ name }));
        return create(ServerReflectionResponseSchema, {
          messageResponse: { case: 'listServicesResponse', value: { service } },
        }).messageResponse;
      }
      case 'fileByFilename':
        return this.#fileAnswer(this.#files.get(value), `File not found: ${value}`);
      case 'fileContainingSymbol':
        return this.#fileAnswer(this.#symbols.get(value), `Symbol not found: ${value}`);
      case 'allExtensionNumbersOfType':
        if (!this.#messages.has(value)) return errorAnswer(`Type not found: ${value}`);
        return create(ServerReflectionResponseSchema, {
          messageResponse: {
            case: 'allExtensionNumbersResponse',
            value: { baseTypeName: value },
          },
        }).messageResponse;
      default:
        return errorAnswer('Extension not found');
    }
  }

  #fileAnswer(file: DescFile | undefined, missing: string): Answer {
    if (file === undefined) return errorAnswer(missing);
    const fileDescriptorProto = withImports(file).map(({ proto }) =>
      toBinary(FileDescriptorProtoSchema, proto),
    );
    return create(ServerReflectionResponseSchema, {
      messageResponse: { case: 'fileDescriptorResponse', value: { fileDescriptorProto } },
    }).messageResponse;
  }
}

function errorAnswer(errorMessage: string): Answer {
  return create(ServerReflectionResponseSchema, {
    messageResponse: {
      case: 'errorResponse',
      value: { errorCode: status.NOT_FOUND, errorMessage },
    },
  }).messageResponse;
}

/** The file, and after it every file that it imports, each once. */
function withImports(file: DescFile): readonly DescFile[] {
  const files = new Set([file]);
  for (const each of files) for (const imported of each.dependencies) files.add(imported);
  return [...files];
}

/** The method of grpc.reflection.v1 and v1alpha, whose messages are the same on the wire. */
export function reflectionService(reflection: Reflection): UntypedServiceImplementation {
  return {
    serverReflectionInfo: (call: DuplexCall) => {
      call.on('data', (request: unknown) => {
        if (isOf(ServerReflectionRequestSchema, request)) call.write(reflection.answer(request));
      });
      call.on('end', () => call.end());
    },
  };
}
