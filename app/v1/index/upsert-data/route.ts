import { route } from "#app/_server/route.ts";
import { UpsertRequest } from "#lib/domain/wire/messages.ts";
import { acceptPointers } from "#lib/services/index-pointers.ts";

/** Answers the older client's index call; nothing of the body reaches an index. */
export const POST = route(
  { auth: "token", limit: "upload", input: UpsertRequest },
  async ({ deps, actor, input }) => {
    await acceptPointers(deps, actor, input);
    return { status: 200, body: { result: "Success" } };
  },
);
