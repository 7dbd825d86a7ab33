export const rights = ['READ', 'WRITE'] as const;
export type Right = (typeof rights)[number];

/** The authenticated caller, determined once per HTTP request or socket. */
export interface Viewer {
  /** A stable name of the caller, for the journal and the logs. */
  readonly subject: string;
  readonly rights: ReadonlySet<Right>;
  /** When the credentials expire; null when they do not. */
  readonly expiresAt: Date | null;
}
