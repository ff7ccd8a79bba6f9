import { AppError } from "#lib/domain/errors.ts";
import { GENESIS, type PermanenceFact, type PermanenceHead } from "#lib/domain/permanence/entries.ts";
import { type EpisodeEvent, transition } from "#lib/domain/lifecycle/episode-states.ts";
import type { Deps } from "#lib/ports/deps.ts";
import type { Episode, EventCause, Store } from "#lib/ports/store.ts";
import { applyEvent, isEnded } from "./episode-events.ts";
import { mootCases } from "./cases.ts";

export type Replayed = { head: PermanenceHead; applied: number; gap: boolean };

/**
 * Brings the database in line with the never-forget log, before the first request is served. A database that comes from an
 * old copy forgets nothing: withdrawals, hides, take-downs and revoked tokens and roles are applied again. A log that ends
 * before what the database remembers is refused (`permanence_broken`), unless the operator names exactly the head to accept.
 */
export async function replayPermanence(deps: Deps, options: { acceptHead?: string } = {}): Promise<Replayed> {
  const remembered = (await deps.store.instance.read()).permanenceHead;
  const log = await readLog(deps, remembered);
  if (!log.reached && options.acceptHead !== log.head.hash) {
    throw new AppError("permanence_broken", {
      detail:
        `The never-forget log ends at entry ${log.head.seq}, but the database remembers entry ${remembered.seq}. ` +
        `Bring back the permanence folder of the data folder, or accept the loss with PERMANENCE_ACCEPT_HEAD=${log.head.hash}.`,
    });
  }
  let applied = 0;
  for (const fact of log.standing) applied += await applyFact(deps, fact);
  for (const fact of log.fresh) applied += await applyAccountFact(deps, fact);
  await noteHead(deps, log);
  if (applied > 0) deps.log.warn("permanence.replayed", { applied, head: log.head.seq });
  return { head: log.head, applied, gap: !log.reached };
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

/** Withdrawals stand for ever; of hides and take-downs the last word counts; of the rest what the database has not seen. */
async function readLog(deps: Deps, remembered: PermanenceHead) {
  const withdrawn: PermanenceFact[] = [];
  const lastWord = new Map<string, PermanenceFact>();
  const fresh: PermanenceFact[] = [];
  let head = GENESIS;
  let reached = remembered.seq === 0;
  for await (const { seq, hash, fact } of deps.permanence.entries()) {
    head = { seq, hash };
    if (seq === remembered.seq) reached = hash === remembered.hash;
    if (fact.type === "episode.withdrawn") withdrawn.push(fact);
    else if ("publicId" in fact && fact.publicId) lastWord.set(fact.publicId, fact);
    else if (seq > remembered.seq) fresh.push(fact);
  }
  return { head, reached, fresh, standing: [...lastWord.values(), ...withdrawn] };
}

/** Applies one standing fact about an episode; 1 if it changed something. Nothing here can publish. */
async function applyFact(deps: Deps, fact: PermanenceFact): Promise<number> {
  return deps.store.transaction(async (tx) => {
    switch (fact.type) {
      case "episode.withdrawn":
        return withdrawAgain(deps, tx, fact);
      case "episode.hidden":
        return holdBack(deps, tx, {
          publicId: fact.publicId,
          event: { type: "hidden", reason: fact.reason },
        });
      case "episode.taken_down":
        return holdBack(deps, tx, {
          publicId: fact.publicId,
          event: { type: "taken_down", reason: fact.reason, legal: fact.legal },
        });
      default:
        return 0;
    }
  });
}

async function withdrawAgain(
  deps: Deps,
  tx: Store,
  fact: Extract<PermanenceFact, { type: "episode.withdrawn" }>,
): Promise<number> {
  const { account, declaredId } = fact;
  if (!(await tx.accounts.byId(account))) return 0;
  const slot = fact.slot ?? null;
  const known = await tx.tombstones.find(account, { declaredId, slot });
  await tx.tombstones.insert({
    account,
    declaredId,
    slot,
    publicId: fact.publicId ?? null,
    kind: "withdrawn",
    at: deps.clock.now(),
  });
  let changed = known ? 0 : 1;
  const declared = await tx.episodes.byDeclaredId(account, declaredId);
  const members = [
    declared ? await tx.episodes.lock(declared.id) : null,
    slot === null ? null : await tx.episodes.lockLiveBySlot(account, slot),
  ];
  for (const id of new Set(members.flatMap((member) => (member ? [member.id] : [])))) {
    const member = await tx.episodes.lock(id);
    if (!member || isEnded(member)) continue;
    const cause = replayCause(deps, "contributor", account);
    await applyEvent(tx, { episode: member, event: { type: "revoked" }, cause });
    await mootCases(deps, tx, member.id);
    changed++;
  }
  return changed;
}

/** Hides or takes down again; a row that is not public yet in this copy is held, so that nothing publishes it. */
async function holdBack(
  deps: Deps,
  tx: Store,
  input: { publicId: string; event: EpisodeEvent },
): Promise<number> {
  const episode = await tx.episodes.lock(input.publicId);
  if (!episode || isEnded(episode) || isHeldAlready(episode, input.event)) return 0;
  const cause = replayCause(deps, "staff", null);
  if (transition(episode.lifecycle, input.event, cause).ok) {
    await applyEvent(tx, { episode, event: input.event, cause });
    return 1;
  }
  if (episode.legalHold) return 0;
  await tx.episodes.setLegalHold(episode.id, true);
  return 1;
}

function isHeldAlready(episode: Episode, event: EpisodeEvent): boolean {
  const { state } = episode.lifecycle;
  return state === "taken_down" || (state === "hidden" && event.type === "hidden");
}

async function applyAccountFact(deps: Deps, fact: PermanenceFact): Promise<number> {
  return deps.store.transaction(async (tx) => {
    switch (fact.type) {
      case "token.revoked":
        return (await tx.tokens.revoke(fact.tokenId, deps.clock.now())) ? 1 : 0;
      case "sessions.revoked":
        await tx.accounts.revokeSessions(fact.account);
        return 1;
      case "role.revoked":
        await tx.accounts.revokeRole(fact.account, fact.role);
        return 1;
      case "snapshot.withheld":
      case "snapshot.yanked":
        return applySnapshotFact(deps, tx, fact);
      default:
        return 0;
    }
  });
}

async function applySnapshotFact(
  deps: Deps,
  tx: Store,
  fact: Extract<PermanenceFact, { type: "snapshot.withheld" | "snapshot.yanked" }>,
): Promise<number> {
  const found = await tx.snapshots.byVersion(fact.version);
  const snapshot = found ? await tx.snapshots.lock(found.id) : null;
  if (!snapshot || snapshot.state === "yanked") return 0;
  if (!["published", "superseded", "withheld"].includes(snapshot.state)) return 0;
  const yanked = fact.type === "snapshot.yanked";
  if (!yanked && snapshot.state === "withheld") return 0;
  const next = { ...snapshot, state: yanked ? ("yanked" as const) : ("withheld" as const) };
  const cause = { actor: "staff" as const, actorId: null, at: deps.clock.now() };
  await tx.snapshots.apply(snapshot, yanked ? "yanked" : "withheld", next, cause);
  return 1;
}

function replayCause(deps: Deps, actor: "contributor" | "staff", actorId: string | null): EventCause {
  return { actor, actorId, role: null, caseId: null, at: deps.clock.now() };
}
