import { route } from "#app/_server/route.ts";
import { Hex64 } from "#lib/domain/episode/schema.ts";
import { AppError } from "#lib/domain/errors.ts";
import type { OwnStatus } from "#lib/domain/wire/read-messages.ts";
import { readOwnStatus } from "#lib/services/my-episodes.ts";

/** The state of an upload, for its contributor. */
export const GET = route({ auth: "token", limit: "read" }, async ({ deps, actor, params }) => {
  const asked = Hex64.safeParse(params["id"]);
  if (!asked.success) throw new AppError("not_found");
  const own = await readOwnStatus(deps, actor, { id: asked.data });
  const body: OwnStatus = {
    episode_id: own.declaredId,
    public_id: own.id,
    state: own.state,
    reason: own.reason,
    tombstone: own.tombstone,
    received_at: own.receivedAt.toISOString(),
  };
  return { status: 200, body };
});
