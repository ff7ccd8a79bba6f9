import { NDJSON } from "#lib/domain/wire/batch.ts";
import type { BatchResult } from "#lib/services/ingest-batch.ts";
import { logUnexpected } from "./log-unexpected.ts";
import { problemOf, retryAfterOf } from "./problem.ts";

/**
 * The answer to a batch: a line for each record, written as soon as its ingest is over. Nothing is asked of the results before there is
 * room for the line, and a reader who goes away ends the batch.
 */
export function batchAnswer(results: AsyncGenerator<BatchResult>): Response {
  const encoder = new TextEncoder();
  let index = 0;
  const lines = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await results.next();
      if (next.done) return controller.close();
      controller.enqueue(encoder.encode(`${JSON.stringify(await lineOf(index, next.value))}\n`));
      index += 1;
    },
    async cancel() {
      await results.return(undefined);
    },
  });
  // transformed, a line would wait for those after it
  const headers = { "content-type": NDJSON, "cache-control": "no-store, no-transform" };
  return new Response(lines, { status: 200, headers });
}

async function lineOf(index: number, result: BatchResult): Promise<object> {
  if (result.ok) {
    const { created, receipt } = result.ingested;
    return { index, status: created ? 201 : 200, ...receipt };
  }
  logUnexpected("route", result.error);
  const retryAfter = retryAfterOf(result.error);
  return {
    index,
    ...problemOf(result.error),
    ...(retryAfter === undefined ? {} : { retry_after: retryAfter }),
  };
}
