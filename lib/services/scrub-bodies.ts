import { sha256Hex } from "#lib/domain/hash.ts";
import type { Episode } from "#lib/ports/episodes.ts";
import { isEnded } from "./episode-events.ts";
import { replaceObject } from "./replace-object.ts";
import type { ScrubWay } from "./scrub-tally.ts";

type Stored = NonNullable<Episode["object"]>;

/** Reads the body of one episode and compares it with the digest in its row. */
export async function scrubBody(way: ScrubWay, id: string): Promise<void> {
  const { deps, tally } = way;
  const { object } = (await deps.store.episodes.byId(id)) ?? {};
  if (!object) return scrubStaged(way, id);
  const found = await deps.objects.get(object.key);
  tally.read(found?.length ?? 0);
  if (found && sha256Hex(found) === object.sha256) return;
  // withdrawn while it was read: its body is being cleared away
  const now = await deps.store.episodes.byId(id);
  if (!now?.object || isEnded(now)) return;
  const repaired = way.repair && (await repairBody(way, id, object));
  if (repaired && (await clearEnded(way, id, object))) return;
  tally.fault({ kind: found ? "corrupt" : "missing", subject: id, repaired });
}

/** Withdrawn while it was put back: the purge may have run before the object was there. A take-down keeps its body for a while. */
async function clearEnded({ deps }: ScrubWay, id: string, { key }: Stored): Promise<boolean> {
  const now = await deps.store.episodes.byId(id);
  const { state, tombstone } = now?.lifecycle ?? { state: "erased" };
  if (state !== "erased" && !(state === "tombstoned" && tombstone !== "taken_down")) return false;
  await deps.objects.remove(key);
  return true;
}

/** A row whose body has not been moved yet, or has been lost before it was. */
async function scrubStaged({ deps, tally }: ScrubWay, id: string): Promise<void> {
  const staged = await deps.store.staging.get(id);
  if (staged && sha256Hex(staged.body) === staged.sha256) {
    tally.staged += 1;
    return;
  }
  const now = await deps.store.episodes.byId(id);
  // a job has moved it between the looks, or it has ended
  if (!now || now.object || isEnded(now)) return;
  tally.fault({ kind: staged ? "corrupt" : "missing", subject: id, repaired: false });
}

async function repairBody({ deps, source }: ScrubWay, id: string, object: Stored): Promise<boolean> {
  const staged = await deps.store.staging.get(id);
  const { key, sha256 } = object;
  if (staged && staged.sha256 === sha256) {
    const open = async () => oneChunk(staged.body);
    if (await replaceObject(deps, { key, sha256, open })) return true;
  }
  return source ? replaceObject(deps, { key, sha256, open: () => source.open(key) }) : false;
}

async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
