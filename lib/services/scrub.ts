import type { Actor } from "#lib/domain/access/policy.ts";
import { EPISODE_STATES } from "#lib/domain/lifecycle/episode-states.ts";
import type { Deps } from "#lib/ports/deps.ts";
import { authorise } from "./authorise.ts";
import { scrubBody } from "./scrub-bodies.ts";
import { type RepairSource, type ScrubFault, ScrubTally } from "./scrub-tally.ts";
import { scrubRelease } from "./scrub-releases.ts";
import { countUnknown } from "./scrub-unknown.ts";

export type ScrubInput = {
  /** How many bodies are read, drawn at random; null for all, and then release files and unknown objects too. */
  sample: number | null;
  /** Put back what is missing or damaged, where its right bytes are found. */
  repair: boolean;
  /** Objects of a backup. */
  source?: RepairSource;
};

export type ScrubReport = {
  /** Objects read and compared. */
  checked: number;
  bytes: number;
  /** Bodies that still lie in the database, whole. */
  staged: number;
  missing: number;
  corrupt: number;
  /** Objects that no row names; the sweep clears those of episodes away. */
  unknown: number;
  repaired: number;
  /** What is wrong, by id: never content. At most 1,000 entries; the counts are of all. */
  faults: ScrubFault[];
};

/**
 * Reads objects back and compares them with what the rows and manifests say. Says what is missing or has other bytes, and
 * puts it back from staging or a backup if asked; nothing is replaced by bytes that were not proved first. Notes the result.
 */
export async function scrub(deps: Deps, actor: Actor, input: ScrubInput): Promise<ScrubReport> {
  authorise(actor, "instance.manage");
  const tally = new ScrubTally();
  const way = { deps, tally, repair: input.repair, source: input.source };
  for (const id of await idsToRead(deps, input.sample)) await scrubBody(way, id);
  const releases = input.sample === null ? await deps.store.snapshots.list() : [];
  for (const release of releases) await scrubRelease(way, release);
  if (input.sample === null) tally.unknown = await countUnknown(deps);
  const { checked, bytes, staged, missing, corrupt, unknown, repaired, faults } = tally;
  const counts = { checked, bytes, staged, missing, corrupt, unknown, repaired };
  const ok = missing + corrupt === repaired;
  await deps.store.operations.note({ name: "scrub", at: deps.clock.now(), ok, counts });
  if (!ok) deps.log.error("scrub.damage", { count: missing + corrupt, repaired });
  return { ...counts, faults };
}

/** Ids are digests, so those that follow a random one are a random sample. */
async function idsToRead(deps: Deps, sample: number | null): Promise<string[]> {
  const ids: string[] = [];
  const kept = EPISODE_STATES.filter((state) => state !== "erased");
  for await (const id of deps.store.episodes.idsByState(kept)) ids.push(id);
  if (sample === null || sample >= ids.length) return ids;
  const start = deps.ids.hex(32);
  const first = ids.findIndex((id) => id >= start);
  const at = first < 0 ? 0 : first;
  return [...ids.slice(at), ...ids.slice(0, at)].slice(0, sample);
}
