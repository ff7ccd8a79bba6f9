import { route } from "#app/_server/route.ts";
import { readOwnStatus } from "#lib/services/my-episodes.ts";

/** The state of an upload, for its contributor. */
export const GET = route({ auth: "token", limit: "read" }, async ({ deps, actor, params }) => {
  const own = await readOwnStatus(deps, actor, { id: params["id"] ?? "" });
  const { declaredId, id, state, reason, tombstone, receivedAt } = own;
  return {
    status: 200,
    body: { episode_id: declaredId, public_id: id, state, reason, tombstone, received_at: receivedAt },
  };
});
