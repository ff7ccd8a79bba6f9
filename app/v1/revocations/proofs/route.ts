import { route } from "#app/_server/route.ts";
import { RevocationProof } from "#lib/domain/wire/revocation-proof.ts";
import { revokeByProof } from "#lib/services/revoke-by-proof.ts";

/** Withdraws by the contributor's own proof, without an account. A proof that proves nothing here gets one and the same 202. */
export const POST = route(
  { auth: "open", limit: "revoke", input: RevocationProof },
  async ({ deps, input }) => {
    const receipt = await revokeByProof(deps, input);
    return receipt ? { status: 200, body: receipt } : { status: 202, body: { status: "received" } };
  },
);
