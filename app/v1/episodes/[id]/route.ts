import { route } from "#app/_server/route.ts";
import { readEpisode } from "#lib/services/read-episode.ts";

/** One public episode in its public form; 410, 451 and 404 as the page answers. */
export const GET = route({ auth: "public", limit: "read" }, async ({ deps, params }) => {
  const { episode } = await readEpisode(deps, params["id"] ?? "");
  return { status: 200, body: episode };
});
