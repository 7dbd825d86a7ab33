/** The part of the logger that clients of backends use. */
export interface BackendLog {
  debug(detail: object, message: string): void;
  info(detail: object, message: string): void;
  warn(detail: object, message: string): void;
  /** Whether such lines are written; they are when it is missing. Asked where a line takes time. */
  isLevelEnabled?(level: 'debug'): boolean;
}
