import type { ChangeListener, StoreLog } from './database.ts';

const topics = ['operation', 'ended', 'notification', 'watched', 'write', 'portfolio'] as const;
export type Topic = (typeof topics)[number];

/** Publishes changes to this instance's subscribers, whichever instance made them. */
export class Changes {
  readonly #log: StoreLog;
  readonly #listeners: Record<Topic, Set<ChangeListener>> = {
    operation: new Set(),
    ended: new Set(),
    notification: new Set(),
    watched: new Set(),
    write: new Set(),
    portfolio: new Set(),
  };

  constructor(log: StoreLog) {
    this.#log = log;
  }

  /**
   * Subscribes to one topic and returns the function that unsubscribes. The listener receives the
   * published value, or null when any number of changes may have been missed.
   */
  subscribe(topic: Topic, listener: ChangeListener): () => void {
    this.#listeners[topic].add(listener);
    return () => this.#listeners[topic].delete(listener);
  }

  /** Calls every listener. A listener that throws is logged and does not stop the others. */
  publish(topic: Topic, change: string | null): void {
    for (const listener of this.#listeners[topic]) {
      try {
        listener(change);
      } catch (err) {
        this.#log.warn({ err, topic, change }, 'change listener failed');
      }
    }
  }

  /** Publishes an announcement of another instance; null means that announcements were lost. */
  receive(announcement: string | null): void {
    for (const topic of topics) {
      if (announcement === null) this.publish(topic, null);
      else if (announcement.startsWith(`${topic} `)) {
        this.publish(topic, announcement.slice(topic.length + 1));
      }
    }
  }

  clear(): void {
    for (const listeners of Object.values(this.#listeners)) listeners.clear();
  }
}

/** The text that the database sends to other instances for a change. */
export function announcementOf(topic: Topic, change: string): string {
  return `${topic} ${change}`;
}
