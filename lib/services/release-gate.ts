import type { DataFileName } from "#lib/domain/snapshot/files.ts";
import { emptyFiles } from "#lib/domain/snapshot/build-rows.ts";
import { reasonOf } from "#lib/domain/registry.ts";
import type { CaseCategory } from "#lib/domain/lifecycle/case-states.ts";
import type { Deps } from "#lib/ports/deps.ts";
import type { Snapshot, WithdrawnMember } from "#lib/ports/snapshots.ts";

/** Whether a data file is handed out. What keeps it back is the same public answer for every reason but a legal order. */
export type FileStanding = "served" | "gone" | "legally_withheld";

/** A file that carries a withdrawn record is served for this long at most (permanence.md 7). */
const GRACE_MS = 24 * 60 * 60 * 1000;

/** The standing of each data file of a release, asked of the database at the moment of use. */
export async function standingsOf(
  deps: Deps,
  snapshot: Snapshot,
): Promise<Record<DataFileName, FileStanding>> {
  if (snapshot.state === "yanked") {
    const legal = snapshot.reasonCode === "legal_order";
    return emptyFiles(() => (legal ? "legally_withheld" : "gone"));
  }
  if (snapshot.state !== "published" && snapshot.state !== "superseded") return emptyFiles(() => "gone");
  const standings = emptyFiles<FileStanding>(() => "served");
  const now = deps.clock.now();
  for (const member of await deps.store.snapshots.withdrawnMembers(snapshot.id)) {
    if (isOverdue(snapshot, member, now)) for (const name of filesCarrying(member)) standings[name] = "gone";
  }
  return standings;
}

/** The files that may hold rows of an episode: its split, and of a raw one in train the derived files. */
function filesCarrying({ split, disclosure }: WithdrawnMember): readonly DataFileName[] {
  if (split === "val") return ["val.jsonl.zst"];
  return disclosure === "raw"
    ? ["train.jsonl.zst", "sft.jsonl.zst", "tooltrace.jsonl.zst"]
    : ["train.jsonl.zst"];
}

/** A newer release leaves the older one no grace; neither does a reason that must not wait. */
function isOverdue(snapshot: Snapshot, member: WithdrawnMember, now: Date): boolean {
  if (snapshot.state === "superseded" || mustGoAtOnce(member)) return true;
  return member.leftAt === null || member.leftAt.getTime() + GRACE_MS <= now.getTime();
}

const AT_ONCE: readonly CaseCategory[] = [
  "credential",
  "illegal",
  "personal_data_self",
  "personal_data_other",
];
/** A hit of newer rules may be a live credential, so it is treated as one. */
const RESCAN_HIT = "rescan_hit";

/** A report counts until somebody finds that it was none: its case may have ended because the contributor withdrew first. */
function mustGoAtOnce({ legal, reason, reportedFor }: WithdrawnMember): boolean {
  if (legal || reason === RESCAN_HIT) return true;
  if (reason !== null && reasonOf("take_down", reason)?.critical) return true;
  return reportedFor.some((category) => AT_ONCE.includes(category));
}
