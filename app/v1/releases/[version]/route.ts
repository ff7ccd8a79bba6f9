import { releaseAnswer } from "#app/_server/read-answers.ts";
import { route } from "#app/_server/route.ts";
import { readRelease } from "#lib/services/read-release.ts";

/** One release: its files with sizes and digests, its manifest, and what is handed out now. */
export const GET = route({ auth: "public", limit: "read" }, async ({ deps, params }) => ({
  status: 200,
  body: releaseAnswer(await readRelease(deps, params["version"] ?? ""), deps.rules.publicUrl),
}));
