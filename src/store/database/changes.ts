import type { ChangeListener, StoreLog } from './database.ts';

const topics = ['operation', 'notification', 'watched'] as const;
export type Topic = (typeof topics)[number];

/** Brings changes, whoever made them, to those who want to hear of them. */
export class Changes {
  readonly #log: StoreLog;
  readonly #listeners: Record<Topic, Set<ChangeListener>> = {
    operation: new Set(),
    notification: new Set(),
    watched: new Set(),
  };

  constructor(log: StoreLog) {
    this.#log = log;
  }

  /** @param listener is given what `tell` was; null when any number of changes may have been missed */
  on(topic: Topic, listener: ChangeListener): () => void {
    this.#listeners[topic].add(listener);
    return () => this.#listeners[topic].delete(listener);
  }

  /** What happened has happened: a listener that fails stops neither it nor the other listeners. */
  tell(topic: Topic, change: string | null): void {
    for (const listener of this.#listeners[topic]) {
      try {
        listener(change);
      } catch (err) {
        this.#log.warn({ err, topic, change }, 'a listener to changes failed');
      }
    }
  }

  /** Takes in what another instance announced; null when any number of changes were missed. */
  hear(announcement: string | null): void {
    for (const topic of topics) {
      if (announcement === null) this.tell(topic, null);
      else if (announcement.startsWith(`${topic} `)) {
        this.tell(topic, announcement.slice(topic.length + 1));
      }
    }
  }

  clear(): void {
    for (const listeners of Object.values(this.#listeners)) listeners.clear();
  }
}

/** A change as the database announces it to other instances. */
export function announcementOf(topic: Topic, change: string): string {
  return `${topic} ${change}`;
}
