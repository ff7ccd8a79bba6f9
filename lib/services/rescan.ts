import type { Actor } from "#lib/domain/access/policy.ts";
import type { JsonValue } from "#lib/domain/canonical-json.ts";
import { AppError, isAppError } from "#lib/domain/errors.ts";
import type { CaseCategory } from "#lib/domain/lifecycle/case-states.ts";
import { needsPerson, RESCANNED_STATES, withDismissals } from "#lib/domain/lifecycle/rescan.ts";
import { RULES_VERSION } from "#lib/domain/sanitize/rules-version.ts";
import { type Finding as Found, verify } from "#lib/domain/sanitize/verify.ts";
import type { Deps } from "#lib/ports/deps.ts";
import type { RescanCounts } from "#lib/ports/rescan.ts";
import type { Episode } from "#lib/ports/episodes.ts";
import type { Store } from "#lib/ports/store.ts";
import { actorName, authorise } from "./authorise.ts";
import { readRecord } from "./episode-body.ts";
import { applyEvent, ruleCause } from "./episode-events.ts";
import { openCaseOf } from "./open-case.ts";
import { namesIn, remember } from "./remember.ts";

/** Rows between two lines of progress in the log. */
const REPORTED_EACH = 500;
const REASON = "rescan_hit";

/** Whether newer rules have still to go through what is stored, or to act on what they found. */
export async function needsRescan(deps: Deps): Promise<boolean> {
  const { rulesVersion } = await deps.store.instance.read();
  if (rulesVersion !== RULES_VERSION) return true;
  const { scanned, total, hits } = await deps.store.rescan.counts(RULES_VERSION);
  return scanned < total || hits > 0;
}

/**
 * Reads everything that is public, or may be again, under the rules of this program (permanence.md 23). First dry: each row
 * gets its new scan, which lets a clean one into releases again and hides nothing. Then each hit is hidden with a case, unless
 * they are so many that a person has to agree. The stored scans are the progress: cut off anywhere, the next run goes on.
 * A pause does not stop it: it never publishes.
 */
export async function rescan(deps: Deps): Promise<void> {
  await readOutdated(deps);
  await deps.store.instance.write({ rulesVersion: RULES_VERSION });
  const counts = await deps.store.rescan.counts(RULES_VERSION);
  if (await waitsForPerson(deps, counts)) {
    deps.log.warn("rescan.waits_for_a_person", { rules: RULES_VERSION, ...counts });
    return;
  }
  for await (const id of deps.store.rescan.hits(RULES_VERSION)) await hideHit(deps, id);
  deps.log.info("rescan.done", { rules: RULES_VERSION, ...(await deps.store.rescan.counts(RULES_VERSION)) });
}

async function readOutdated(deps: Deps): Promise<void> {
  let read = 0;
  for await (const id of deps.store.rescan.outdated(RULES_VERSION)) {
    await renewScan(deps, id);
    read += 1;
    if (read % REPORTED_EACH > 0) continue;
    deps.log.info("rescan.progress", {
      rules: RULES_VERSION,
      ...(await deps.store.rescan.counts(RULES_VERSION)),
    });
  }
}

/** A record that can't be read keeps its old scan, and so stays out of releases; it must not keep the others from being read. */
async function renewScan(deps: Deps, id: string): Promise<void> {
  const episode = await deps.store.episodes.byId(id);
  if (!episode || !isOutdated(episode)) return;
  const found = await findingsOf(deps, episode);
  if (!found) return;
  await deps.store.transaction(async (tx) => {
    const locked = await tx.episodes.lock(id);
    // withdrawn meanwhile: nothing is written about it any more
    if (!locked || !isOutdated(locked)) return;
    const findings = withDismissals(found, await tx.rescan.dismissed(id)).map(
      ({ rule, kind, path, start, end, resolved }) => ({ rule, kind, path, start, end, resolved }),
    );
    const openFindings = findings.filter((finding) => !finding.resolved).length;
    const reasons = locked.reviewReasons.filter((reason) => reason !== "findings");
    if (openFindings > 0) reasons.push("findings");
    await tx.episodes.setScan(id, { rulesVersion: RULES_VERSION, openFindings }, findings, reasons);
  });
}

/** What the rules find in the stored record; null, and an error in the log, if it can't be read. */
async function findingsOf(deps: Deps, episode: Episode): Promise<Found[] | null> {
  try {
    return verify((await readRecord(deps, episode)) as JsonValue); // a parsed record is JSON
  } catch (error) {
    const now = await deps.store.episodes.byId(episode.id);
    // withdrawn and deleted while it was read
    if (!now || !isOutdated(now)) return null;
    const code = isAppError(error) ? error.code : "internal";
    deps.log.error("rescan.unreadable", { episode: episode.id, code });
    return null;
  }
}

function isOutdated({ lifecycle, scan }: Episode): boolean {
  return RESCANNED_STATES.some((state) => state === lifecycle.state) && scan?.rulesVersion !== RULES_VERSION;
}

async function waitsForPerson(deps: Deps, counts: RescanCounts): Promise<boolean> {
  const { rescanApproved } = await deps.store.instance.read();
  return counts.hits > 0 && rescanApproved !== RULES_VERSION && needsPerson(counts);
}

/** Takes one hit out of sight in one transaction: case, event, never-forget entry and audit row. */
async function hideHit(deps: Deps, id: string): Promise<void> {
  await deps.store.transaction(async (tx) => {
    const episode = await tx.episodes.lock(id);
    if (!episode || !isHit(episode)) return;
    const category = await categoryOf(tx, id);
    const entry = await openCaseOf(deps, tx, { episodeId: id, category, blocks: true });
    const cause = { ...ruleCause(deps), caseId: entry.id };
    await applyEvent(tx, { episode, event: { type: "hidden", reason: REASON }, cause });
    await remember(deps, tx, [{ type: "episode.hidden", ...namesIn(episode), reason: REASON }]);
    await tx.audit.append({ at: cause.at, actor: "rule", action: "episode.hide", subject: id });
  });
}

function isHit({ lifecycle, scan }: Episode): boolean {
  return lifecycle.state === "published" && scan?.rulesVersion === RULES_VERSION && scan.openFindings > 0;
}

async function categoryOf(tx: Store, id: string): Promise<CaseCategory> {
  const findings = await tx.episodes.findings(id);
  return findings.some((finding) => finding.kind === "secret") ? "credential" : "personal_data_other";
}

/**
 * `reading`: the dry run goes on. `waiting`: a person has to agree before the hits are hidden. `hiding`: they are being hidden.
 * `done`: whatever is left unread could not be read.
 */
export type RescanStatus = RescanCounts & {
  rulesVersion: string;
  state: "reading" | "waiting" | "hiding" | "done";
  byRule: { rule: string; episodes: number }[];
};

/** How far the rules of this program have got. */
export async function readRescan(deps: Deps, actor: Actor): Promise<RescanStatus> {
  authorise(actor, "queue.read");
  return statusNow(deps);
}

async function statusNow(deps: Deps): Promise<RescanStatus> {
  const counts = await deps.store.rescan.counts(RULES_VERSION);
  const byRule = counts.hits > 0 ? await deps.store.rescan.hitsByRule(RULES_VERSION) : [];
  return { ...counts, rulesVersion: RULES_VERSION, state: await stateOf(deps, counts), byRule };
}

async function stateOf(deps: Deps, counts: RescanCounts): Promise<RescanStatus["state"]> {
  const { rulesVersion } = await deps.store.instance.read();
  if (rulesVersion !== RULES_VERSION) return "reading";
  if (counts.hits === 0) return "done";
  return (await waitsForPerson(deps, counts)) ? "waiting" : "hiding";
}

/** A person agrees that the hits are hidden although they are many. Throws `illegal_transition` if nothing waits for that. */
export async function approveRescan(deps: Deps, actor: Actor): Promise<RescanStatus> {
  authorise(actor, "instance.manage");
  const status = await statusNow(deps);
  if (status.state !== "waiting") {
    throw new AppError("illegal_transition", { detail: `The rescan is ${status.state}: nothing waits.` });
  }
  await deps.store.transaction(async (tx) => {
    await tx.instance.write({ rescanApproved: RULES_VERSION });
    await tx.audit.append({
      at: deps.clock.now(),
      actor: actorName(actor),
      action: "rescan.approve",
      subject: RULES_VERSION,
    });
    await tx.jobs.enqueue({ name: "rescan" });
  });
  return { ...status, state: "hiding" };
}
