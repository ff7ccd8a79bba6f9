import { releaseItem } from "#app/_server/read-answers.ts";
import { route } from "#app/_server/route.ts";
import { listReleases } from "#lib/services/read-release.ts";

/** Every release that has a page, newest version first. */
export const GET = route({ auth: "public", limit: "read" }, async ({ deps }) => ({
  status: 200,
  body: { releases: (await listReleases(deps)).map(releaseItem) },
}));
