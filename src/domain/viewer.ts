export type Right = 'READ' | 'WRITE';

/** From the least to the most powerful: each role includes those before it. */
export const roles = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof roles)[number];

/** The authenticated caller, determined once per HTTP request or socket. */
export interface Viewer {
  /** A stable name of the caller, for the journal and the logs. */
  readonly subject: string;
  readonly rights: ReadonlySet<Right>;
  /** Null when the deployment has no roles, so that the rights alone decide. */
  readonly roles: ReadonlySet<Role> | null;
  /** Billing's ids of the resellers that the caller sees; null when it sees everything. */
  readonly resellers: ReadonlySet<string> | null;
  /** When the credentials expire; null when they do not. */
  readonly expiresAt: Date | null;
}

/** The most powerful of the granted roles, and those that it includes. Other names grant nothing. */
export function rolesOf(granted: Iterable<string>): ReadonlySet<Role> {
  const names = new Set(granted);
  return new Set(roles.slice(0, roles.findLastIndex((role) => names.has(role)) + 1));
}
