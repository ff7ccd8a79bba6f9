import type { Actor } from "#lib/domain/access/policy.ts";
import { Hex64 } from "#lib/domain/episode/schema.ts";
import { AppError } from "#lib/domain/errors.ts";
import type { PermanenceFact } from "#lib/domain/permanence/entries.ts";
import type { RevocationReceipt } from "#lib/domain/wire/messages.ts";
import type { Deps } from "#lib/ports/deps.ts";
import type { Episode, EventCause, Tombstone } from "#lib/ports/episodes.ts";
import type { Store } from "#lib/ports/store.ts";
import { accountOf, authorise } from "./authorise.ts";
import { mootCases } from "./cases.ts";
import { applyEvent, causeOf, isEnded, ruleCause } from "./episode-events.ts";
import { lockNames } from "./episode-locks.ts";
import { namesIn, remember } from "./remember.ts";

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
  const { episodeId } = input;
  // no upload can ever have another kind of id, so there is nothing to keep
  if (!Hex64.safeParse(episodeId).success) throw unknownId();
  const receipt = await underNames(deps, { account, episodeId }, (tx, episode) =>
    revokeLocked(deps, tx, { actor, account, episode, askedId: episodeId }),
  );
  if (!receipt) throw unknownId();
  return receipt;
}

/**
 * Withdraws an id of an account whose contributor has proved the right without signing in; null if the account has no such episode,
 * and then the id is kept as a withdrawal in advance. With `contributorKey`, an episode that was uploaded with another one stays.
 */
export async function revokeProved(
  deps: Deps,
  input: { account: string; episodeId: string; contributorKey?: string },
): Promise<RevocationReceipt | null> {
  const { account, episodeId, contributorKey } = input;
  const cause: EventCause = {
    actor: "contributor",
    actorId: account,
    role: null,
    caseId: null,
    at: deps.clock.now(),
  };
  return underNames(deps, input, async (tx, episode) => {
    if (episode && contributorKey !== undefined && episode.contributorKey !== contributorKey) return null;
    if (episode) return withdraw(deps, tx, { cause, account, episode, askedId: episodeId });
    await keepPending(deps, tx, { account, declaredId: episodeId });
    return null;
  });
}

/** Runs the work in a transaction that holds every name which the withdrawal of an id touches. */
async function underNames(
  deps: Deps,
  input: { account: string; episodeId: string },
  work: (tx: Store, episode: Episode | null) => Promise<RevocationReceipt | null>,
): Promise<RevocationReceipt | null> {
  const { account, episodeId } = input;
  const began = deps.clock.now().getTime();
  for (;;) {
    const names = namesOf(episodeId, await ownEpisode(deps.store, account, episodeId));
    const done = await deps.store.transaction(async (tx) => {
      await lockNames(tx, account, names);
      const episode = await ownEpisode(tx, account, episodeId);
      // uploaded between the two looks: its slot has to be taken in its order
      if (namesOf(episodeId, episode).some((name) => !names.includes(name))) return null;
      return { receipt: await work(tx, episode) };
    });
    if (!done) continue;
    const seconds = (deps.clock.now().getTime() - began) / 1000;
    if (done.receipt) deps.metrics.observe("revocation_seconds", { until: "pages" }, Math.max(0, seconds));
    return done.receipt;
  }
}

function unknownId(): AppError {
  return new AppError("not_found", { detail: "No episode of this account has that id." });
}

function namesOf(askedId: string, episode: Episode | null): (string | null)[] {
  return episode ? [askedId, episode.declaredId, episode.id, episode.slot] : [askedId];
}

/** By declared id, as the older client names it, or by public id, as pages do. */
async function ownEpisode(store: Store, account: string, id: string): Promise<Episode | null> {
  const declared = await store.episodes.byDeclaredId(account, id);
  if (declared) return declared;
  const byPublicId = await store.episodes.byId(id);
  return byPublicId?.account === account ? byPublicId : null;
}

type Asked = { actor: Actor; account: string; episode: Episode | null; askedId: string };

async function revokeLocked(deps: Deps, tx: Store, asked: Asked): Promise<RevocationReceipt | null> {
  const { actor, account, episode, askedId } = asked;
  if (actor.kind === "user" && actor.via === "token" && actor.shared) {
    return hideUnproven(deps, tx, { actor, episode });
  }
  if (episode) {
    const cause = causeOf(deps, actor, "contributor");
    return withdraw(deps, tx, { cause, account, episode, askedId });
  }
  await keepPending(deps, tx, { account, declaredId: askedId });
  return null;
}

async function withdraw(
  deps: Deps,
  tx: Store,
  input: { cause: EventCause; account: string; episode: Episode; askedId: string },
): Promise<RevocationReceipt> {
  const { cause, account, episode } = input;
  const names = { declaredId: episode.declaredId, slot: episode.slot };
  const earlier = await tx.tombstones.find(account, names);
  if (earlier && isEnded(episode)) return receiptOf(input.askedId, earlier.at);
  const at = deps.clock.now();
  const facts: PermanenceFact[] = [];
  for (const member of await chainOf(tx, account, episode)) {
    await endWithdrawn(deps, tx, member, cause);
    await tx.tombstones.insert(tombstoneOf(member, at));
    facts.push(withdrawnFact(member));
  }
  await remember(deps, tx, facts);
  await tx.audit.append({ at, actor: account, action: "episode.revoke", subject: episode.id });
  return receiptOf(input.askedId, at);
}

/**
 * Ends a live episode that its contributor withdrew; true if there was something to end. A hold that the platform itself had
 * placed to keep it from publication goes with it: it must not keep the bytes from being deleted.
 */
export async function endWithdrawn(
  deps: Deps,
  tx: Store,
  episode: Episode,
  cause: EventCause,
): Promise<boolean> {
  if (episode.legalHold) await tx.episodes.setLegalHold(episode.id, false);
  if (isEnded(episode)) return false;
  await applyEvent(tx, { episode, event: { type: "revoked" }, cause });
  await mootCases(deps, tx, episode.id);
  return true;
}

/**
 * The episode and, if another one lives in its slot, that one too: revoking any id withdraws the whole chain. The rows are
 * locked in the order of ids, as a release locks its members.
 */
async function chainOf(tx: Store, account: string, episode: Episode): Promise<Episode[]> {
  const live = episode.slot === null ? null : await tx.episodes.liveBySlot(account, episode.slot);
  const ids = new Set([episode.id, ...(live ? [live.id] : [])]);
  const chain: Episode[] = [];
  for (const id of [...ids].sort()) {
    const member = await tx.episodes.lock(id);
    if (member) chain.push(member);
  }
  return chain;
}

/** Refuses, for ever, what an account uploads under a name from now on: a declared id, or the digest of a revocation key. */
export async function keepPending(
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
  const fact: PermanenceFact = { type: "episode.hidden", ...namesIn(episode), reason: UNPROVEN };
  const locked = await tx.episodes.lock(episode.id);
  if (locked?.lifecycle.state === "published") {
    await refuseTooMany(tx, actor.tokenId);
    const event = { type: "hidden", reason: UNPROVEN } as const;
    await applyEvent(tx, { episode: locked, event, cause: ruleCause(deps) });
    await remember(deps, tx, [fact]);
  } else if (locked && isUnreleased(locked) && !locked.legalHold) {
    await tx.episodes.setLegalHold(episode.id, true);
    await remember(deps, tx, [fact]);
  }
  return receiptOf(episode.declaredId, at);
}

/** Nothing but a hold keeps such an episode from being published; one that is hidden or taken down is held already. */
function isUnreleased({ lifecycle }: Episode): boolean {
  return ["received", "quarantined", "in_review"].includes(lifecycle.state);
}

async function refuseTooMany(tx: Store, tokenId: string): Promise<void> {
  await tx.lock("slot", `token|${tokenId}`);
  const open = await tx.episodes.countHidden({ tokenId, reason: UNPROVEN });
  if (open < SHARED_TOKEN_HIDES) return;
  throw new AppError("limit_reached", {
    detail: "A shared token can have 25 unproven withdrawals open at a time.",
  });
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
  return { type: "episode.withdrawn", ...namesIn(episode) };
}

function receiptOf(episodeId: string, at: Date): RevocationReceipt {
  return { episode_id: episodeId, status: "revoked", effective_at: at.toISOString() };
}
