/** Short-lived counters and marks. Nothing durable lives here. */
export interface KeyValue {
  /** Counts one hit in a fixed window and says how many there are, and when the window ends. */
  hit(key: string, windowSeconds: number): Promise<{ count: number; resetsInSeconds: number }>;
  /** True for the first caller within the time to live, false for the others. */
  once(key: string, ttlSeconds: number): Promise<boolean>;
  /** Throws `unavailable` if the store of this instance does not answer, also where another one stands in for it. */
  ready(): Promise<void>;
}
