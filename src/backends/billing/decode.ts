import { isUtf8 } from 'node:buffer';
import {
  type DescField,
  type DescMessage,
  fromBinary,
  type MessageShape,
  ScalarType,
} from '@bufbuild/protobuf';
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

export interface Decoded<D extends DescMessage> {
  readonly message: MessageShape<D>;
  /** The strings that were left out because they are not UTF-8, such as `Customer.id`. */
  readonly dropped: readonly string[];
}

/**
 * Decodes a response. A string that is not UTF-8 is left out, as if the vendor had not sent it:
 * protobuf-es rejects the whole message, so that one bad string would hide a page of customers.
 * @throws Error when the bytes are not a message of this type
 */
export function decodeMessage<D extends DescMessage>(desc: D, bytes: Uint8Array): Decoded<D> {
  try {
    return { message: fromBinary(desc, bytes), dropped: [] };
  } catch (error) {
    const dropped: string[] = [];
    const valid = withoutInvalidStrings(desc, bytes, dropped);
    if (dropped.length === 0) throw error;
    return { message: fromBinary(desc, valid), dropped };
  }
}

function withoutInvalidStrings(
  desc: DescMessage,
  bytes: Uint8Array,
  dropped: string[],
): Uint8Array {
  const reader = new BinaryReader(bytes);
  const kept = new BinaryWriter();
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const [number, wireType] = reader.tag();
    const field = desc.fields.find((candidate) => candidate.number === number);
    if (wireType !== WireType.LengthDelimited || !field) {
      reader.skip(wireType, number);
      kept.raw(bytes.subarray(start, reader.pos));
      continue;
    }
    const content = reader.bytes();
    const message = messageOf(field);
    if (message) {
      kept.tag(number, wireType).bytes(withoutInvalidStrings(message, content, dropped));
    } else if (isString(field) && !isUtf8(content)) {
      dropped.push(`${desc.name}.${field.name}`);
    } else {
      kept.raw(bytes.subarray(start, reader.pos));
    }
  }
  return kept.finish();
}

function messageOf(field: DescField): DescMessage | undefined {
  const isMessage = field.fieldKind === 'message' || field.fieldKind === 'list';
  return isMessage ? field.message : undefined;
}

function isString(field: DescField): boolean {
  const isScalar = field.fieldKind === 'scalar' || field.fieldKind === 'list';
  return isScalar && field.scalar === ScalarType.STRING;
}
