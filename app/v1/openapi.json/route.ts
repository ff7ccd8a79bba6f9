import { route } from "#app/_server/route.ts";
import { openApiDocument } from "#lib/domain/wire/openapi.ts";

/** The API's own description. */
export const GET = route({ auth: "public", limit: "read" }, async ({ deps }) => ({
  status: 200,
  body: openApiDocument(deps.rules.publicUrl),
}));
