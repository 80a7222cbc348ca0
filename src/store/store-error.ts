/** The store cannot be opened; the message says what is wrong, where, and what to do, and is fit for the operator. */
export class StoreError extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = "StoreError";
  }
}
