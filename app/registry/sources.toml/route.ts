import { route } from "#app/_server/route.ts";
import { SOURCES_MANIFEST } from "#lib/domain/wire/sources-manifest.ts";

/** Where agents keep their sessions, in the manifest format of the older client. */
export const GET = route({ auth: "public", limit: "read" }, async () => {
  return new Response(SOURCES_MANIFEST, {
    headers: { "content-type": "application/toml; charset=utf-8", "cache-control": "public, max-age=3600" },
  });
});
