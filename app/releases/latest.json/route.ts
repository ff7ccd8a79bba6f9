import { releaseAnswer } from "#app/_server/read-answers.ts";
import { route } from "#app/_server/route.ts";
import { AppError } from "#lib/domain/errors.ts";
import { latestRelease } from "#lib/services/read-release.ts";

/** The release that trainers should use; 404 while there is none whose every file is handed out. */
export const GET = route({ auth: "public", limit: "read" }, async ({ deps }) => {
  const release = await latestRelease(deps);
  if (!release) throw new AppError("not_found", { detail: "There is no release to use now." });
  return { status: 200, body: releaseAnswer(release, deps.rules.publicUrl) };
});
