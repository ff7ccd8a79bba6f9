import { route } from "#app/_server/route.ts";
import { SnapshotRequest } from "#lib/domain/wire/messages.ts";
import { registerSnapshot } from "#lib/services/register-snapshot.ts";

/** Registers a snapshot that was built elsewhere. It stays private until it is proved. */
export const POST = route(
  { auth: "token", limit: "snapshot", input: SnapshotRequest },
  async ({ deps, actor, input }) => {
    const { created, ...body } = await registerSnapshot(deps, actor, input);
    return { status: created ? 201 : 200, body };
  },
);
