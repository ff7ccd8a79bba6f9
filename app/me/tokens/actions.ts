"use server";
import { revalidatePath } from "next/cache";
import { z } from "zod";
import { action } from "#app/_server/action.ts";
import { SCOPES } from "#lib/domain/access/policy.ts";
import { createToken, revokeToken } from "#lib/services/tokens.ts";

const TokenForm = z.object({
  name: z.string().trim().min(1).max(80),
  // one ticked box arrives alone, several as a list
  scopes: z.preprocess((value) => (Array.isArray(value) ? value : [value]), z.array(z.enum(SCOPES)).min(1)),
  days: z.coerce.number().int().min(1).max(365),
});

/** Makes a token. Its value is in this one answer and nowhere else. */
export const makeToken = action({ input: TokenForm, auth: "session" }, async ({ deps, actor, input }) => {
  const { token } = await createToken(deps, actor, input);
  revalidatePath("/me/tokens");
  return { token };
});

/** Ends a token for good. */
export const endToken = action(
  { input: z.object({ tokenId: z.uuid() }), auth: "session" },
  async ({ deps, actor, input }) => {
    await revokeToken(deps, actor, input);
    revalidatePath("/me/tokens");
    return null;
  },
);
