import { route } from "#app/_server/route.ts";
import { AppError } from "#lib/domain/errors.ts";
import { parseVersion } from "#lib/domain/snapshot/version.ts";
import { openReleaseFile } from "#lib/services/read-release.ts";

/**
 * The bytes of one file. The gate is asked for every download, so nothing on the way may keep a copy. Next lets no route name
 * a length: sizes stand in the release's JSON.
 */
export const GET = route({ auth: "public", limit: "read" }, async ({ deps, params, request }) => {
  const { version = "", name = "" } = params;
  if (!parseVersion(version)) throw new AppError("not_found");
  const file = await openReleaseFile(deps, { version, name });
  const isHead = request.method === "HEAD";
  if (isHead) await file.stream.cancel();
  return new Response(isHead ? null : file.stream, {
    headers: {
      "content-type": file.mediaType,
      "content-disposition": `attachment; filename="${file.name}"`,
      etag: `"${file.sha256}"`,
      // no-transform: compressed on the way, the bytes would be others than those that the digest names
      "cache-control": "no-store, no-transform",
    },
  });
});
