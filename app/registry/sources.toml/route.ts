import { route } from "#app/_server/route.ts";
import { sha256Hex } from "#lib/domain/hash.ts";
import { SIGNATURE_HEADER } from "#lib/domain/wire/signed-registry.ts";
import { SOURCES_MANIFEST } from "#lib/domain/wire/sources-manifest.ts";

const BYTES = new TextEncoder().encode(SOURCES_MANIFEST);
const ETAG = `"${sha256Hex(BYTES)}"`;

/**
 * Where agents keep their sessions, in the manifest format of the older client, with this instance's signature. Open on a private
 * instance too: it holds nothing of the instance, and clients ask for it without their token.
 */
export const GET = route({ auth: "open", limit: "read" }, async ({ deps, request }) => {
  const headers = { etag: ETAG, "cache-control": "public, max-age=3600" };
  const known = (request.headers.get("if-none-match") ?? "")
    .split(",")
    .map((tag) => tag.trim().replace(/^W\//, ""));
  if (known.includes(ETAG)) return new Response(null, { status: 304, headers });
  const signature = await deps.signer.sign("sources-registry", BYTES);
  return new Response(SOURCES_MANIFEST, {
    headers: { ...headers, "content-type": "application/toml; charset=utf-8", [SIGNATURE_HEADER]: signature },
  });
});
