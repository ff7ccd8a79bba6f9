import { RULES_VERSION } from "#lib/domain/sanitize/rules-version.ts";
import { PLATFORM_VERSION } from "#lib/domain/version.ts";

/** Which code and which rules run here. */
export function GET(): Response {
  return Response.json(
    { name: "trace-share", version: PLATFORM_VERSION, rules_version: RULES_VERSION },
    { headers: { "cache-control": "no-store" } },
  );
}
