import { DATA_FILES, type DataFileName } from "#lib/domain/snapshot/files.ts";
import { emptyFiles } from "#lib/domain/snapshot/build-rows.ts";
import { reasonOf } from "#lib/domain/registry.ts";
import { groupName, splitOf } from "#lib/domain/snapshot/split.ts";
import type { CaseCategory } from "#lib/domain/lifecycle/case-states.ts";
import type { Deps } from "#lib/ports/deps.ts";
import type { Episode, Snapshot } from "#lib/ports/store.ts";
import { SPLIT_RULE } from "./snapshot-plan.ts";

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
  for (const id of await deps.store.snapshots.withdrawnMembers(snapshot.id)) {
    const episode = await deps.store.episodes.byId(id);
    const carriers = episode ? filesCarrying(episode, snapshot.seed) : DATA_FILES;
    if (carriers.every((name) => standings[name] === "gone")) continue;
    if (episode && !(await isOverdue(deps, snapshot, episode))) continue;
    for (const name of carriers) standings[name] = "gone";
  }
  return standings;
}

/** The files that may hold rows of an episode: its split, and of a raw one in train the derived files. */
function filesCarrying(episode: Episode, seed: string): readonly DataFileName[] {
  const split = splitOf(groupName(episode.account, episode.groupRoot), seed, SPLIT_RULE);
  if (split === "val") return ["val.jsonl.zst"];
  return episode.disclosure === "raw"
    ? ["train.jsonl.zst", "sft.jsonl.zst", "tooltrace.jsonl.zst"]
    : ["train.jsonl.zst"];
}

/** A newer release leaves the older one no grace; neither does a reason that must not wait. */
async function isOverdue(deps: Deps, snapshot: Snapshot, episode: Episode): Promise<boolean> {
  if (snapshot.state === "superseded" || (await mustGoAtOnce(deps, episode))) return true;
  const log = await deps.store.episodes.log(episode.id);
  const left = log.findLast(({ from }) => from === "published");
  return !left || left.at.getTime() + GRACE_MS <= deps.clock.now().getTime();
}

const AT_ONCE: readonly CaseCategory[] = [
  "credential",
  "illegal",
  "personal_data_self",
  "personal_data_other",
];
/** A hit of newer rules may be a live credential, so it is treated as one. */
const RESCAN_HIT = "rescan_hit";

async function mustGoAtOnce(deps: Deps, episode: Episode): Promise<boolean> {
  const { legal, reason } = episode.lifecycle;
  if (legal || reason === RESCAN_HIT) return true;
  if (reason !== null && reasonOf("take_down", reason)?.critical) return true;
  const open = await deps.store.cases.openOf(episode.id);
  return open.some(({ category }) => AT_ONCE.includes(category));
}
