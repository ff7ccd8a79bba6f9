import { z } from "zod";
import { LIMITS } from "#lib/domain/episode/limits.ts";
import { Problem, Receipt } from "./messages.ts";

/**
 * What one batch of episode records may be: records as lines of JSON, bytes of all of them and of one without their line ends. A client
 * that stays below never sees its batch cut.
 */
export const BATCH_LIMITS = {
  records: 64,
  bytes: 16 * 1024 * 1024,
  recordBytes: LIMITS.recordBytes,
} as const;

/** The media type of a batch and of its answer: one JSON document a line, each ended by a line feed. */
export const NDJSON = "application/x-ndjson";

/** Which line of the batch, counted from 0. */
const Index = z.int().min(0);

/** The line of a record that was accepted: 201 when it is new, 200 for a repetition. */
const BatchReceipt = Receipt.extend({ index: Index, status: z.union([z.literal(200), z.literal(201)]) });

/** The line of a record that was refused, or that the batch is cut at. `retry_after` is in seconds. */
const BatchProblem = Problem.extend({ index: Index, retry_after: z.int().min(0).optional() });

/** One line of the answer to a batch. They come in the order of the records, each as soon as it is certain. */
export const BatchLine = z.union([BatchReceipt, BatchProblem]);
export type BatchLine = z.infer<typeof BatchLine>;
