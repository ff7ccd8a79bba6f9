/** Upkeep whose last run operators and their alerts ask for. */
export const OPERATIONS = ["backup", "restore", "scrub", "upgrade"] as const;
export type OperationName = (typeof OPERATIONS)[number];

/** `ok`: it ended with nothing for a person to do. `counts`: numbers alone, by name; never ids or text. */
export type OperationRun = {
  name: OperationName;
  at: Date;
  ok: boolean;
  counts: Record<string, number>;
};

/** The last run of each kind, kept beside the data that it was about. */
export interface OperationRepository {
  note(run: OperationRun): Promise<void>;
  last(): Promise<OperationRun[]>;
}
