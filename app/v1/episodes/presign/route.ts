import { route } from "#app/_server/route.ts";
import { PresignRequest } from "#lib/domain/wire/messages.ts";
import { presignUpload } from "#lib/services/uploads.ts";

/** Announces an upload and answers with a URL of ours that takes its body. */
export const POST = route(
  { auth: "token", limit: "upload", input: PresignRequest },
  async ({ deps, actor, input }) => ({
    status: 200,
    body: await presignUpload(deps, actor, input),
  }),
);
