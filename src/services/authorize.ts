import { GatewayError } from '../domain/error.ts';
import type { Role, Viewer } from '../domain/viewer.ts';

/** Mutations for which the operator role does not suffice. */
const adminMutations: ReadonlySet<string> = new Set([
  'suspendCustomer',
  'cancelSubscription',
  'transferSubscriptionToDirect',
  'registerNotifications',
  'unregisterNotifications',
]);

/** @throws GatewayError FORBIDDEN when the viewer may not read */
export function authorizeRead(viewer: Viewer): void {
  requireRole(viewer, 'viewer');
  if (!viewer.rights.has('READ')) throw forbidden('The READ right is required.');
}

/**
 * Makes no call, so that a mutation that is not allowed reaches no backend.
 * @param mutation its name in the schema
 * @throws GatewayError FORBIDDEN when the viewer may not run it
 */
export function authorizeMutation(viewer: Viewer, mutation: string): void {
  requireRole(viewer, adminMutations.has(mutation) ? 'admin' : 'operator');
  if (!viewer.rights.has('WRITE')) throw forbidden('The WRITE right is required.');
}

/** Whether the viewer may run a mutation. */
export function mayRun(viewer: Viewer, mutation: string): boolean {
  try {
    authorizeMutation(viewer, mutation);
    return true;
  } catch (error) {
    if (error instanceof GatewayError) return false;
    throw error;
  }
}

function requireRole({ roles }: Viewer, role: Role): void {
  if (roles !== null && !roles.has(role)) throw forbidden(`The ${role} role is required.`);
}

function forbidden(message: string): GatewayError {
  return new GatewayError('FORBIDDEN', message);
}
