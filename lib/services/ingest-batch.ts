import type { Actor } from "#lib/domain/access/policy.ts";
import type { AppError } from "#lib/domain/errors.ts";
import type { Deps } from "#lib/ports/deps.ts";
import { accountOf, authorise } from "./authorise.ts";
import { type Ingested, ingest } from "./ingest.ts";
import { demandRunning } from "./pause.ts";

/** One record of a batch as it was sent, or why it could not be read from the batch. */
export type BatchItem = { ok: true; bytes: Uint8Array } | { ok: false; error: AppError };

/** What became of one record. The error is whatever its ingest threw. */
export type BatchResult = { ok: true; ingested: Ingested } | { ok: false; error: unknown };

/**
 * Accepts records one after the other by the one ingest road, each in a transaction of its own: a refusal refuses that record alone, and
 * whoever stops reading the results stops the batch there. Throws before the first where nothing could be taken at all.
 * `count` is asked before each record whether the caller may send one more now.
 */
export async function ingestBatch(
  deps: Deps,
  actor: Actor,
  batch: { items: AsyncIterable<BatchItem>; count: () => Promise<void> },
): Promise<AsyncGenerator<BatchResult>> {
  authorise(actor, "episode.upload");
  accountOf(actor);
  await demandRunning(deps.store);
  return resultsOf(deps, actor, batch);
}

async function* resultsOf(
  deps: Deps,
  actor: Actor,
  { items, count }: Parameters<typeof ingestBatch>[2],
): AsyncGenerator<BatchResult> {
  for await (const item of items) {
    if (!item.ok) {
      yield item;
      continue;
    }
    try {
      await count();
      yield { ok: true, ingested: await ingest(deps, actor, { bytes: item.bytes }) };
    } catch (error) {
      yield { ok: false, error };
    }
  }
}
