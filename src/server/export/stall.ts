/** Notices a client that does not read, or reads too slowly. Nothing is read for it meanwhile. */
export class Stall {
  readonly #ms: number;
  readonly #onStall: () => void;
  #timer: NodeJS.Timeout | undefined;

  /** @param ms milliseconds from when a page was passed on until the next one is wanted */
  constructor(ms: number, onStall: () => void) {
    this.#ms = ms;
    this.#onStall = onStall;
  }

  /** The same pages. The time that it takes to make them does not count. */
  async *watch(pages: AsyncGenerator<string, void>): AsyncGenerator<string, void> {
    for await (const page of pages) {
      this.#timer = setTimeout(this.#onStall, this.#ms).unref();
      yield page;
      this.end();
    }
    // The last pages may wait in buffers.
    this.#timer = setTimeout(this.#onStall, this.#ms).unref();
  }

  /** Call this when everything was read, or the client has gone. */
  end(): void {
    clearTimeout(this.#timer);
  }
}
