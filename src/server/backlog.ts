/** Bytes that a connection has accepted and its client has not read. */
interface Entry {
  readonly bytes: number;
  /** Closes the connection. */
  readonly cutOff: () => void;
}

/**
 * The bytes that wait for each viewer, over all of its connections. When they are too many, the
 * connections that have waited longest are closed: their clients do not read.
 */
export class Backlog {
  readonly #maxBytes: number;
  /** In the order in which they began to wait. */
  readonly #viewers = new Map<string, { bytes: number; readonly entries: Set<Entry> }>();

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Adds bytes that wait. The returned function removes them; call it when they were read. */
  add(subject: string, bytes: number, cutOff: () => void): () => void {
    const viewer = this.#viewers.get(subject) ?? { bytes: 0, entries: new Set() };
    this.#viewers.set(subject, viewer);
    const remove = (entry: Entry): void => {
      if (!viewer.entries.delete(entry)) return;
      viewer.bytes -= entry.bytes;
      if (viewer.entries.size === 0) this.#viewers.delete(subject);
    };
    const added: Entry = { bytes, cutOff };
    viewer.entries.add(added);
    viewer.bytes += bytes;
    for (const oldest of viewer.entries) {
      if (viewer.bytes <= this.#maxBytes) break;
      remove(oldest);
      oldest.cutOff();
    }
    return () => remove(added);
  }
}
