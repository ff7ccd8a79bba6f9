import { route } from "#app/_server/route.ts";
import { RevocationRequest } from "#lib/domain/wire/messages.ts";
import { revokeEpisode } from "#lib/services/revoke.ts";

/** Withdraws an episode of the token's account. The reason and the client's clock are not kept. */
export const POST = route(
  { auth: "token", limit: "revoke", input: RevocationRequest },
  async ({ deps, actor, input }) => ({
    status: 200,
    body: await revokeEpisode(deps, actor, { episodeId: input.episode_id }),
  }),
);
