import { z } from "zod";
import { NDJSON } from "#lib/domain/wire/batch.ts";
import { type Line, splitLines } from "#lib/domain/wire/split-lines.ts";
import {
  ANSWER_BYTES,
  ask,
  askForQuiet,
  type Asking,
  type Exchange,
  isOwnAnswer,
  isTemporary,
  keepQuiet,
  LONGEST_WAIT_MS,
  neverConnected,
  overloaded,
  parseJson,
  read,
  TRIES,
  unreachable,
} from "./exchange.ts";
import { type CliFailure, machineFailure } from "./failure.ts";

/** Records that go together. They are named by their place in the batch. */
export type Batch = {
  size: number;
  /** The body that holds these of them, as one zstd frame. */
  body: (places: readonly number[]) => Promise<Uint8Array>;
  /** Called once for each record, as soon as its own answer is known for good. */
  onAnswer: (place: number, answer: Exchange) => void;
  /** Those that were sent and have no answer: they may have arrived. Kept up to date, also when asking fails. */
  unsure: Set<number>;
};

/** Every record has its answer; or the platform has answered what was left of it as a whole, and took nothing of that. */
export type BatchOutcome = { done: true; requests: number } | { done: false; answer: Exchange };

/** 404 and 405 are platforms without the route, 501 those that have switched it off. */
const UNKNOWN_ROUTE = [404, 405, 501];
const LINE_BYTES = 64 * 1024;
const LineHead = z.looseObject({
  index: z.int().min(0),
  status: z.int(),
  retry_after: z.number().min(0).optional(),
});

/**
 * Asks until each record of the batch has an answer of its own. A record whose line did not arrive, or that is to come again later, is
 * asked for again with the others that are left: the platform knows by its id what it has. Throws a CliFailure when asking five times
 * brings no new answer, or the person does not want to wait.
 */
export async function exchangeBatch(batch: Batch, context: Asking): Promise<BatchOutcome> {
  const left = new Set(Array.from({ length: batch.size }, (_, place) => place));
  let failure: CliFailure | undefined;
  for (let [fruitless, requests] = [0, 1]; fruitless < TRIES; requests += 1) {
    await keepQuiet(failure, context);
    const before = left.size;
    const tried = await tryOnce(batch, left, context);
    if ("whole" in tried) return { done: false, answer: tried.whole };
    if (left.size === 0) return { done: true, requests };
    failure = tried.failure;
    if ((tried.retryAfterMs ?? 0) > LONGEST_WAIT_MS) break;
    if (left.size < before) fruitless = 0;
    askForQuiet(fruitless, tried.retryAfterMs, context);
    fruitless += 1;
  }
  throw failure ?? unreachable(undefined);
}

type Tried = { whole: Exchange } | { failure: CliFailure; retryAfterMs: number | undefined };

/** One request for what is left. Answered records leave `left`. */
async function tryOnce(batch: Batch, left: Set<number>, context: Asking): Promise<Tried> {
  const places = [...left];
  const body = await batch.body(places);
  const unsure = new Set(batch.unsure);
  // of a request that was not taken nothing is unsure but what was before
  const notTaken = () => {
    batch.unsure.clear();
    for (const place of unsure) batch.unsure.add(place);
  };
  for (const place of places) batch.unsure.add(place);
  const patience = new AbortController();
  const { timeoutMs } = context.settings.worker;
  // every piece of an answer shows that the platform is at work
  const timer = setTimeout(() => patience.abort(), timeoutMs);
  const request = { path: "/v1/episodes/batch", body, encoding: "zstd", type: NDJSON } as const;
  try {
    const response = await ask(request, patience.signal, context);
    if (!response.ok) return wholeAnswer(await read(response, context.io), notTaken);
    return await readLines(response, { batch, places, left, onPiece: () => timer.refresh() });
  } catch (error) {
    if (neverConnected(error)) notTaken();
    return { failure: unreachable(error), retryAfterMs: undefined };
  } finally {
    clearTimeout(timer);
  }
}

function wholeAnswer(
  { response, retryAfterMs }: Awaited<ReturnType<typeof read>>,
  notTaken: () => void,
): Tried {
  const isFinal = UNKNOWN_ROUTE.includes(response.status) || !isTemporary(response.status);
  if (isFinal || isOwnAnswer(response)) notTaken();
  return isFinal ? { whole: response } : { failure: overloaded(response, retryAfterMs), retryAfterMs };
}

type Reading = { batch: Batch; places: readonly number[]; left: Set<number>; onPiece: () => void };

/** Reads lines until the answer ends, breaks off or can't be read: only a whole line says anything. */
async function readLines(response: Response, { batch, places, left, onPiece }: Reading): Promise<Tried> {
  const lines = splitLines(LINE_BYTES);
  let later: Later | undefined;
  let bytes = 0;
  try {
    for await (const chunk of response.body ?? []) {
      onPiece();
      bytes += chunk.length;
      if (bytes > ANSWER_BYTES) return unreadable();
      for (const line of lines.push(chunk)) {
        const answer = lineOf(line);
        if (!answer) return unreadable();
        const place = places[answer.index];
        if (place === undefined || !left.has(place)) continue;
        batch.unsure.delete(place);
        if (isTemporary(answer.status)) {
          later = latest(later, answer);
          continue;
        }
        left.delete(place);
        batch.onAnswer(place, answer);
      }
    }
  } catch (error) {
    return later ?? { failure: unreachable(error), retryAfterMs: undefined };
  }
  return later ?? { failure: unreachable(undefined), retryAfterMs: undefined };
}

type Later = { failure: CliFailure; retryAfterMs: number | undefined };

function latest(known: Later | undefined, answer: Exchange & { retryAfterMs: number | undefined }): Later {
  const { retryAfterMs } = answer;
  if (known && (known.retryAfterMs ?? 0) >= (retryAfterMs ?? 0)) return known;
  return { failure: overloaded(answer, retryAfterMs), retryAfterMs };
}

function lineOf(line: Line): (Exchange & { index: number; retryAfterMs: number | undefined }) | undefined {
  if (!("bytes" in line)) return undefined;
  const text = new TextDecoder().decode(line.bytes);
  const parsed = LineHead.safeParse(parseJson(text));
  if (!parsed.success) return undefined;
  const { index, status, retry_after: seconds } = parsed.data;
  return { index, status, text, retryAfterMs: seconds === undefined ? undefined : seconds * 1_000 };
}

function unreadable(): Tried {
  const message = "The platform's answer to a batch can't be read by this version.";
  return { failure: machineFailure("answer_unreadable", message), retryAfterMs: undefined };
}
