import { getConfig, getSigner, PROGRAM_SCHEMA } from "#lib/container.ts";
import { RULES_VERSION } from "#lib/domain/sanitize/rules-version.ts";
import { PLATFORM_VERSION } from "#lib/domain/version.ts";

/** Which code and which rules run here, and the keys that this instance signs and signed with. */
export async function GET(): Promise<Response> {
  // an instance whose key is missing still says what runs; what it should sign fails where it is asked for
  const signer = getSigner();
  const key = await signer.publicKey().catch(() => null);
  const earlier = await signer.earlierKeys().catch(() => []);
  return Response.json(
    {
      name: "trace-share",
      version: PLATFORM_VERSION,
      commit: getConfig().buildCommit ?? null,
      schema: PROGRAM_SCHEMA,
      rules_version: RULES_VERSION,
      public_key: key,
      earlier_public_keys: earlier,
    },
    { headers: { "cache-control": "no-store" } },
  );
}
