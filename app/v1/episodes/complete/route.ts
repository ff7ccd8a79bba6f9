import { route } from "#app/_server/route.ts";
import { CompleteRequest } from "#lib/domain/wire/messages.ts";
import { completeUpload } from "#lib/services/uploads.ts";

/** Accepts an uploaded body as if it had been posted. */
export const POST = route(
  { auth: "token", limit: "upload", input: CompleteRequest },
  async ({ deps, actor, input }) => {
    const { receipt, created } = await completeUpload(deps, actor, input);
    return { status: created ? 201 : 200, body: receipt };
  },
);
