import type { Actor } from "#lib/domain/access/policy.ts";
import { AppError } from "#lib/domain/errors.ts";
import type { PermanenceFact } from "#lib/domain/permanence/entries.ts";
import type { RevocationReceipt } from "#lib/domain/wire/messages.ts";
import type { Deps } from "#lib/ports/deps.ts";
import type { Episode, Store, Tombstone } from "#lib/ports/store.ts";
import { accountOf, authorise } from "./authorise.ts";
import { mootCases } from "./cases.ts";
import { applyEvent, causeOf, isEnded, ruleCause } from "./episode-events.ts";
import { remember } from "./remember.ts";

/** Hides that a shared token may have open at a time without further proof (permanence.md 20). */
const SHARED_TOKEN_HIDES = 25;
const UNPROVEN = "unproven_withdrawal";

/**
 * Withdraws an episode of the actor's account, with its whole chain of supersessions, in one transaction: tombstone, event,
 * never-forget entry and jobs. From the commit no read shows it. An id that the account does not know is kept as a pending
 * withdrawal and answered `not_found`, the same for foreign and unknown ids (permanence.md 17).
 */
export async function revokeEpisode(
  deps: Deps,
  actor: Actor,
  input: { episodeId: string },
): Promise<RevocationReceipt> {
  authorise(actor, "episode.revoke");
  const account = accountOf(actor);
  const receipt = await deps.store.transaction(async (tx) => {
    await tx.lock("slot", `${account}|${input.episodeId}`);
    const episode = await ownEpisode(tx, account, input.episodeId);
    if (actor.kind === "user" && actor.via === "token" && actor.shared) {
      return hideUnproven(deps, tx, { actor, episode });
    }
    if (!episode) {
      await keepPending(deps, tx, { account, declaredId: input.episodeId });
      return null;
    }
    return withdraw(deps, tx, { actor, account, episode, askedId: input.episodeId });
  });
  if (!receipt) throw new AppError("not_found", { detail: "No episode of this account has that id." });
  return receipt;
}

/** By declared id, as the older client names it, or by public id, as pages do. */
async function ownEpisode(tx: Store, account: string, id: string): Promise<Episode | null> {
  const declared = await tx.episodes.byDeclaredId(account, id);
  if (declared) return tx.episodes.lock(declared.id);
  const byPublicId = await tx.episodes.lock(id);
  return byPublicId?.account === account ? byPublicId : null;
}

async function withdraw(
  deps: Deps,
  tx: Store,
  input: { actor: Actor; account: string; episode: Episode; askedId: string },
): Promise<RevocationReceipt> {
  const { actor, account, episode } = input;
  const names = { declaredId: episode.declaredId, slot: episode.slot };
  const earlier = await tx.tombstones.find(account, names);
  if (earlier && isEnded(episode)) return receiptOf(input.askedId, earlier.at);
  const at = deps.clock.now();
  const facts: PermanenceFact[] = [];
  for (const member of await chainOf(tx, account, episode)) {
    if (!isEnded(member)) {
      await applyEvent(tx, {
        episode: member,
        event: { type: "revoked" },
        cause: causeOf(deps, actor, "contributor"),
      });
      await mootCases(deps, tx, member.id);
    }
    await tx.tombstones.insert(tombstoneOf(member, at));
    facts.push(withdrawnFact(member));
  }
  await remember(deps, tx, facts);
  await tx.audit.append({ at, actor: account, action: "episode.revoke", subject: episode.id });
  return receiptOf(input.askedId, at);
}

/** The episode and, if another one lives in its slot, that one too: revoking any id withdraws the whole chain. */
async function chainOf(tx: Store, account: string, episode: Episode): Promise<Episode[]> {
  if (episode.slot === null) return [episode];
  await tx.lock("slot", `${account}|${episode.slot}`);
  const live = await tx.episodes.lockLiveBySlot(account, episode.slot);
  return live && live.id !== episode.id ? [episode, live] : [episode];
}

async function keepPending(
  deps: Deps,
  tx: Store,
  input: { account: string; declaredId: string },
): Promise<void> {
  const { account, declaredId } = input;
  const known = await tx.tombstones.find(account, { declaredId, slot: null });
  if (known) return;
  await tx.tombstones.insert({
    account,
    declaredId,
    slot: null,
    publicId: null,
    kind: "withdrawn",
    at: deps.clock.now(),
  });
  await remember(deps, tx, [{ type: "episode.withdrawn", account, declaredId }]);
}

/** A shared secret proves little: its holder can hide what the token uploaded, and staff decide. */
async function hideUnproven(
  deps: Deps,
  tx: Store,
  input: { actor: Extract<Actor, { via: "token" }>; episode: Episode | null },
): Promise<RevocationReceipt | null> {
  const { actor, episode } = input;
  if (!episode || episode.tokenId !== actor.tokenId) return null;
  const at = deps.clock.now();
  if (episode.lifecycle.state === "published") {
    const open = await tx.episodes.countHidden({ tokenId: actor.tokenId, reason: UNPROVEN });
    if (open >= SHARED_TOKEN_HIDES) {
      throw new AppError("limit_reached", {
        detail: "A shared token can have 25 unproven withdrawals open at a time.",
      });
    }
    await applyEvent(tx, {
      episode,
      event: { type: "hidden", reason: UNPROVEN },
      cause: ruleCause(deps),
    });
    await remember(deps, tx, [{ type: "episode.hidden", publicId: episode.id, reason: UNPROVEN }]);
  } else if (!isEnded(episode)) {
    await tx.episodes.setLegalHold(episode.id, true);
  }
  return receiptOf(episode.declaredId, at);
}

function tombstoneOf(episode: Episode, at: Date): Tombstone {
  return {
    account: episode.account,
    declaredId: episode.declaredId,
    slot: episode.slot,
    publicId: episode.id,
    kind: "withdrawn",
    at,
  };
}

function withdrawnFact(episode: Episode): PermanenceFact {
  return {
    type: "episode.withdrawn",
    account: episode.account,
    declaredId: episode.declaredId,
    publicId: episode.id,
    ...(episode.slot === null ? {} : { slot: episode.slot }),
  };
}

function receiptOf(episodeId: string, at: Date): RevocationReceipt {
  return { episode_id: episodeId, status: "revoked", effective_at: at.toISOString() };
}
