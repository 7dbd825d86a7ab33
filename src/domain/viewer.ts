export const rights = ['READ', 'WRITE'] as const;
export type Right = (typeof rights)[number];

/** Who asks: decided once per HTTP request or socket, and passed down to every service. */
export interface Viewer {
  /** A stable name of the caller, for journals and logs. */
  readonly subject: string;
  readonly rights: ReadonlySet<Right>;
  /** When the caller has to say again who it is; null: never. */
  readonly expiresAt: Date | null;
}
