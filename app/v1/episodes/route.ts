import { searchAnswer } from "#app/_server/read-answers.ts";
import { route } from "#app/_server/route.ts";
import { AppError } from "#lib/domain/errors.ts";
import { parseSearchParams } from "#lib/domain/search/url.ts";
import { ingest } from "#lib/services/ingest.ts";
import { searchEpisodes } from "#lib/services/search.ts";

/** Takes one episode record. 201 when it is new, 200 for a repetition. */
export const POST = route<Uint8Array>(
  { auth: "token", limit: "upload", input: "bytes" },
  async ({ deps, actor, input }) => {
    const { receipt, created } = await ingest(deps, actor, { bytes: input });
    return { status: created ? 201 : 200, body: receipt };
  },
);

/** Searches public episodes with the parameters of the search page. */
export const GET = route({ auth: "public", limit: "read" }, async ({ deps, request }) => {
  const { query, dropped } = parseSearchParams(new URL(request.url).searchParams);
  if (dropped.length > 0)
    throw new AppError("input_invalid", { detail: `These parameters make no sense: ${dropped.join(", ")}.` });
  return { status: 200, body: searchAnswer(await searchEpisodes(deps, query)) };
});
