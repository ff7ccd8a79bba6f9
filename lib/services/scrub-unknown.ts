import type { Deps } from "#lib/ports/deps.ts";
import { bodyKey } from "./episode-body.ts";

const LOOKED_UP = 1_000;
const EPISODES = "episodes/";

/** Counts objects that no row names: what a crash left, or what somebody put there. */
export async function countUnknown(deps: Deps): Promise<number> {
  const files = new Set<string>();
  for (const { id } of await deps.store.snapshots.list()) {
    for (const { objectKey } of await deps.store.snapshots.files(id)) files.add(objectKey);
  }
  let unknown = 0;
  let batch: string[] = [];
  const look = async () => {
    unknown += await unknownAmong(deps, batch);
    batch = [];
  };
  for await (const key of deps.objects.list("")) {
    if (!key.startsWith(EPISODES)) {
      if (!files.has(key)) unknown += 1;
      continue;
    }
    batch.push(key);
    if (batch.length >= LOOKED_UP) await look();
  }
  await look();
  return unknown;
}

async function unknownAmong(deps: Deps, keys: readonly string[]): Promise<number> {
  const idOf = (key: string) => key.slice(key.lastIndexOf("/") + 1).split(".")[0] ?? "";
  const states = await deps.store.episodes.statesOf(keys.map(idOf));
  return keys.filter((key) => {
    const state = states.get(idOf(key));
    return state === undefined || state === "erased" || key !== bodyKey(idOf(key));
  }).length;
}
