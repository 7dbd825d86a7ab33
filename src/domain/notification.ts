/** Who may read the reseller API's notifications, and from which Pub/Sub topic. */
export interface NotificationWatch {
  /** Null where the answer did not tell: then they have to be read. */
  readonly serviceAccountEmailAddresses: readonly string[] | null;
  readonly topicName: string | null;
}
