import { batchAnswer } from "#app/_server/batch-answer.ts";
import { readBatch } from "#app/_server/batch-body.ts";
import { countHit } from "#app/_server/limits.ts";
import { bearerIn, route } from "#app/_server/route.ts";
import { ingestBatch } from "#lib/services/ingest-batch.ts";
import { authenticateToken } from "#lib/services/tokens.ts";

/** Takes up to 64 episode records, a line each, and answers each with a line of its own. */
export const POST = route({ auth: "token", limit: "batch" }, async ({ deps, actor, request }) => {
  const items = readBatch(request, deps.codec);
  // a batch may take minutes to arrive: a token that was revoked since sends nothing more
  const count = async () => {
    await authenticateToken(deps, bearerIn(request) ?? "");
    await countHit(deps, "upload", { actor, request });
  };
  return batchAnswer(await ingestBatch(deps, actor, { items, count }));
});
