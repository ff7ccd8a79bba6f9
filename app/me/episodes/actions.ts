"use server";
import { revalidatePath } from "next/cache";
import { z } from "zod";
import { action } from "#app/_server/action.ts";
import { revokeEpisode } from "#lib/services/revoke.ts";

const RevokeForm = z.object({ episodeId: z.string().regex(/^[0-9a-f]{64}$/) });

/** Withdraws one of the visitor's own episodes for good. */
export const revoke = action(
  { input: RevokeForm, auth: "session", limit: "revoke" },
  async ({ deps, actor, input }) => {
    const receipt = await revokeEpisode(deps, actor, input);
    revalidatePath("/me/episodes");
    return receipt;
  },
);
