import { GatewayError } from '../domain/error.ts';
import type { Right, Viewer } from '../domain/viewer.ts';

/** @throws GatewayError FORBIDDEN when the viewer lacks the right */
export function authorize(viewer: Viewer, right: Right): void {
  if (viewer.rights.has(right)) return;
  throw new GatewayError('FORBIDDEN', `The ${right} right is required.`);
}
