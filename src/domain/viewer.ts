export type Right = 'READ' | 'WRITE';

/** The authenticated caller, determined once per HTTP request or socket. */
export interface Viewer {
  /** A stable name of the caller, for the journal and the logs. */
  readonly subject: string;
  readonly rights: ReadonlySet<Right>;
  /** When the credentials expire; null when they do not. */
  readonly expiresAt: Date | null;
}
