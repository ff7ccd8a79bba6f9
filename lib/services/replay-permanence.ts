import { AppError } from "#lib/domain/errors.ts";
import type { PermanenceFact, PermanenceHead } from "#lib/domain/permanence/entries.ts";
import {
  EPISODE_STATES,
  type EpisodeEvent,
  type EpisodeState,
  transition,
} from "#lib/domain/lifecycle/episode-states.ts";
import type { Deps } from "#lib/ports/deps.ts";
import type { Episode, EventCause } from "#lib/ports/episodes.ts";
import type { Store } from "#lib/ports/store.ts";
import { applyEvent, isEnded } from "./episode-events.ts";
import { lockNames } from "./episode-locks.ts";
import { endWithdrawn } from "./revoke.ts";
import { standingFacts } from "./standing-facts.ts";

export type Replayed = { head: PermanenceHead; applied: number; gap: boolean };

/**
 * Brings the database in line with the never-forget log, before the first request is served. A database that comes from an
 * old copy forgets nothing: withdrawals, hides, take-downs and revoked tokens and roles are applied again. A log that ends
 * before what the database remembers is refused (`permanence_broken`), unless the operator names exactly the head to accept.
 */
export async function replayPermanence(deps: Deps, options: { acceptHead?: string } = {}): Promise<Replayed> {
  const remembered = (await deps.store.instance.read()).permanenceHead;
  const log = await standingFacts(deps.permanence, remembered);
  if (!log.reached && options.acceptHead !== log.head.hash) {
    throw new AppError("permanence_broken", {
      detail:
        `The never-forget log ends at entry ${log.head.seq}, but the database remembers entry ${remembered.seq}. ` +
        `Bring back the permanence folder of the data folder, or accept the loss with PERMANENCE_ACCEPT_HEAD=${log.head.hash}.`,
    });
  }
  let applied = 0;
  for (const facts of [log.fresh, await notInForce(deps, log.seen)]) {
    for (const fact of facts) if (await deps.store.transaction((tx) => applyFact(deps, tx, fact))) applied++;
  }
  await noteHead(deps, log);
  if (applied > 0) deps.log.warn("permanence.replayed", { applied, head: log.head.seq });
  return { head: log.head, applied, gap: !log.reached };
}

/**
 * For a process that starts over a database that somebody else has prepared: what the never-forget log knows and the database does not is
 * applied, whoever put the database there. Where both know the same, which is the rule, only their heads are read. Throws `permanence_broken`
 * where the log ends before the database, and `unavailable` where it can't be read: nobody knows then what was withdrawn.
 */
export async function catchUpWithLog(deps: Deps): Promise<void> {
  // the database first: the log is always written before it
  const { permanenceHead: remembered } = await deps.store.instance.read();
  const head = await deps.permanence.head();
  if (head.seq !== remembered.seq || head.hash !== remembered.hash) await replayPermanence(deps);
}

/** Moves the database's memory forward to the head that was read; back only where the operator accepted a gap. */
async function noteHead(deps: Deps, log: { head: PermanenceHead; reached: boolean }): Promise<void> {
  await deps.store.transaction(async (tx) => {
    await tx.lock("permanence");
    const { permanenceHead } = await tx.instance.read();
    if (!log.reached) await tx.instance.write({ permanenceHead: log.head, permanenceGap: true });
    else if (log.head.seq > permanenceHead.seq) await tx.instance.write({ permanenceHead: log.head });
  });
}

/**
 * Of the facts that a database has seen, those that are not in force: the entry was written, and then its transaction failed.
 * Asked in bulk, because every start asks about all of them.
 */
async function notInForce(deps: Deps, facts: readonly PermanenceFact[]): Promise<PermanenceFact[]> {
  const ids = facts.flatMap((fact) => ("publicId" in fact && fact.publicId ? [fact.publicId] : []));
  const states = await deps.store.episodes.statesOf(ids);
  return facts.filter((fact) => {
    if (!("publicId" in fact && fact.publicId)) return fact.type.startsWith("snapshot.");
    const state = states.get(fact.publicId);
    return state !== undefined && !IN_FORCE[fact.type].includes(state);
  });
}

const ENDED: readonly EpisodeState[] = ["tombstoned", "erased"];
/** States in which nothing is left to do for a fact. */
const IN_FORCE: Record<Extract<PermanenceFact, { publicId?: unknown }>["type"], readonly EpisodeState[]> = {
  "episode.withdrawn": ENDED,
  "episode.hidden": [...ENDED, "hidden", "taken_down", "rejected"],
  "episode.taken_down": [...ENDED, "taken_down", "rejected"],
  "episode.unhidden": EPISODE_STATES,
  "episode.restored": EPISODE_STATES,
};

/** Applies one standing fact; true if it changed something. Nothing here can publish. */
async function applyFact(deps: Deps, tx: Store, fact: PermanenceFact): Promise<boolean> {
  switch (fact.type) {
    case "episode.withdrawn":
      return withdrawAgain(deps, tx, fact);
    case "episode.hidden":
      return holdBack(deps, tx, { fact, event: { type: "hidden", reason: fact.reason } });
    case "episode.taken_down": {
      const { reason, legal } = fact;
      return holdBack(deps, tx, { fact, event: { type: "taken_down", reason, legal } });
    }
    case "token.revoked":
      return tx.tokens.revoke(fact.tokenId, deps.clock.now());
    case "sessions.revoked":
      await tx.accounts.revokeSessions(fact.account);
      return true;
    case "role.revoked":
      await tx.accounts.revokeRole(fact.account, fact.role);
      return true;
    case "snapshot.withheld":
    case "snapshot.yanked":
      return applySnapshotFact(deps, tx, fact);
    case "episode.unhidden":
    case "episode.restored":
    case "snapshot.released":
      return false;
  }
}

/** The tombstone stands whether or not this copy knows the account: it also keeps the public id from ever coming back. */
async function withdrawAgain(
  deps: Deps,
  tx: Store,
  fact: Extract<PermanenceFact, { type: "episode.withdrawn" }>,
): Promise<boolean> {
  const { account, declaredId, publicId = null, slot = null } = fact;
  await lockNames(tx, account, [declaredId, publicId, slot]);
  const known = await tx.tombstones.find(account, { declaredId, slot });
  await tx.tombstones.insert({
    account,
    declaredId,
    slot,
    publicId,
    kind: "withdrawn",
    at: deps.clock.now(),
  });
  let changed = !known;
  const declared = await tx.episodes.byDeclaredId(account, declaredId);
  const live = slot === null ? null : await tx.episodes.liveBySlot(account, slot);
  for (const id of [...new Set([declared, live].flatMap((row) => (row ? [row.id] : [])))].sort()) {
    const member = await tx.episodes.lock(id);
    const cause = replayCause(deps, "contributor", account);
    if (member && (await endWithdrawn(deps, tx, member, cause))) changed = true;
  }
  return changed;
}

type HeldFact = Extract<PermanenceFact, { type: "episode.hidden" | "episode.taken_down" }>;

/**
 * Hides or takes down again. A row that is not public yet in this copy is held, so that nothing publishes it; one that this
 * copy lacks altogether is refused if it is uploaded again.
 */
async function holdBack(
  deps: Deps,
  tx: Store,
  { fact, event }: { fact: HeldFact; event: EpisodeEvent },
): Promise<boolean> {
  const episode = await tx.episodes.lock(fact.publicId);
  if (!episode) return refuseAgain(deps, tx, fact);
  if (isEnded(episode) || isHeldAlready(episode, event)) return false;
  const cause = replayCause(deps, "staff", null);
  if (transition(episode.lifecycle, event, cause).ok) {
    await applyEvent(tx, { episode, event, cause });
    return true;
  }
  if (episode.legalHold) return false;
  await tx.episodes.setLegalHold(episode.id, true);
  return true;
}

async function refuseAgain(deps: Deps, tx: Store, fact: HeldFact): Promise<boolean> {
  const { account, declaredId, slot = null, publicId } = fact;
  if (account === undefined || declaredId === undefined) return false;
  await lockNames(tx, account, [declaredId, publicId, slot]);
  if (await tx.tombstones.find(account, { declaredId, slot: null })) return false;
  const at = deps.clock.now();
  await tx.tombstones.insert({ account, declaredId, slot, publicId, kind: "taken_down", at });
  return true;
}

function isHeldAlready(episode: Episode, event: EpisodeEvent): boolean {
  const { state } = episode.lifecycle;
  return state === "taken_down" || state === "rejected" || (state === "hidden" && event.type === "hidden");
}

async function applySnapshotFact(
  deps: Deps,
  tx: Store,
  fact: Extract<PermanenceFact, { type: "snapshot.withheld" | "snapshot.yanked" }>,
): Promise<boolean> {
  const found = await tx.snapshots.byVersion(fact.version);
  const snapshot = found ? await tx.snapshots.lock(found.id) : null;
  if (!snapshot || snapshot.state === "yanked") return false;
  if (!["published", "superseded", "withheld"].includes(snapshot.state)) return false;
  const yanked = fact.type === "snapshot.yanked";
  if (!yanked && snapshot.state === "withheld") return false;
  const next = { ...snapshot, state: yanked ? ("yanked" as const) : ("withheld" as const) };
  const cause = { actor: "staff" as const, actorId: null, at: deps.clock.now() };
  await tx.snapshots.apply(snapshot, yanked ? "yanked" : "withheld", next, cause);
  return true;
}

function replayCause(deps: Deps, actor: "contributor" | "staff", actorId: string | null): EventCause {
  return { actor, actorId, role: null, caseId: null, at: deps.clock.now() };
}
