import { badInput } from '../../domain/error.ts';

/** The object types that have a global id. */
export const nodeTypes = ['Customer', 'ResellerSubscription', 'Operation', 'Notification'] as const;
export type NodeType = (typeof nodeTypes)[number];

export interface GlobalId {
  readonly type: NodeType;
  readonly parts: readonly string[];
}

/** Two ids of 50 characters each, whatever their script, are never longer. */
const MAX_GLOBAL_ID = 2048;

/** An opaque id, unique over all types. `parts` are whatever the type needs to find the object. */
export function encodeGlobalId(type: NodeType, ...parts: string[]): string {
  const text = [type, ...parts.map((part) => encodeURIComponent(part.toWellFormed()))].join(':');
  return Buffer.from(text).toString('base64url');
}

/** @throws GatewayError BAD_USER_INPUT when it is not an id that the gateway gives */
export function decodeGlobalId(id: string): GlobalId {
  if (id === '') throw badInput('An id must not be empty.');
  if (id.length > MAX_GLOBAL_ID)
    throw badInput(`An id is at most ${MAX_GLOBAL_ID} characters long.`);
  const [typename, ...encoded] = Buffer.from(id, 'base64url').toString().split(':');
  const type = nodeTypes.find((name) => name === typename);
  const parts = decodeParts(encoded);
  if (type && parts && encodeGlobalId(type, ...parts) === id) return { type, parts };
  throw badInput(`"${id.slice(0, 80)}" is not an id of this API.`);
}

/** The parts of an id of exactly this type. */
export function decodeGlobalIdOf(type: NodeType, id: string): readonly string[] {
  const decoded = decodeGlobalId(id);
  if (decoded.type === type) return decoded.parts;
  throw badInput(`This id is of type ${decoded.type}; one of type ${type} is needed.`);
}

function decodeParts(encoded: readonly string[]): string[] | null {
  try {
    return encoded.map(decodeURIComponent);
  } catch {
    return null;
  }
}
