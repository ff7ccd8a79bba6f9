import { route } from "#app/_server/route.ts";
import { openReleaseFile } from "#lib/services/read-release.ts";

/** The bytes of one file. The gate is asked for every download, so nothing on the way may keep a copy. */
export const GET = route({ auth: "public", limit: "read" }, async ({ deps, params, request }) => {
  const file = await openReleaseFile(deps, {
    version: params["version"] ?? "",
    name: params["name"] ?? "",
  });
  const isHead = request.method === "HEAD";
  if (isHead) await file.stream.cancel();
  return new Response(isHead ? null : file.stream, {
    headers: {
      "content-type": file.mediaType,
      "content-length": String(file.bytes),
      "content-disposition": `attachment; filename="${file.name}"`,
      etag: `"${file.sha256}"`,
      // no-transform: compressed on the way, the bytes would be others than the ones that length and digest name
      "cache-control": "no-store, no-transform",
    },
  });
});
