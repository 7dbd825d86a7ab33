/** The store cannot be opened. The message is a sentence for the operator; the cause is kept. */
export class StoreError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'StoreError';
  }
}
