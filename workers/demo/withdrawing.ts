import { AppError } from "#lib/domain/errors.ts";
import type { OwnEpisode } from "#lib/domain/episode/summary.ts";
import type { Stage } from "./stage.ts";
import { FIRST_VERSION, findSnapshot } from "./releasing.ts";
import { ownEpisodes } from "./own-episodes.ts";
import { sayDetail, shortId } from "./say.ts";
import { waitForWorker } from "./wait.ts";

/** Withdraws one episode of the first release with the contributor's CLI. */
export async function withdrawing(stage: Stage): Promise<void> {
  const { cli, deps } = stage;
  const released = await releasedEpisodes(stage);
  const earlier = released.find(isWithdrawn);
  const episode = earlier ?? (await chooseOne(stage, released));
  if (!earlier) await cli("revoke", "add", "--episode-id", episode.declaredId);
  // also after a run that was cut off before the answer reached the CLI
  const { json } = await cli("revoke", "sync");
  const now = await deps.store.episodes.byId(episode.id);
  if (json["ok"] !== true || now?.lifecycle.tombstone !== "withdrawn") {
    throw new AppError("unavailable", {
      detail: `the withdrawal of ${shortId(episode.id)} was not confirmed`,
    });
  }
  sayDetail(
    `${shortId(episode.id)}: withdrawn${earlier ? " before" : ", confirmed by the platform's receipt"}`,
  );
  await waitForWorker(stage, async () => "the worker deletes what is left of it");
}

/** The contributor's episodes that the first release holds, withdrawn or not. */
export async function releasedEpisodes(stage: Stage): Promise<OwnEpisode[]> {
  const first = await findSnapshot(stage, ({ version }) => version === FIRST_VERSION);
  if (!first) throw new AppError("not_found", { detail: `release ${FIRST_VERSION} is missing` });
  const members = new Set<string>();
  for await (const { episodeId, split } of stage.deps.store.snapshots.members(first.id)) {
    if (split) members.add(episodeId);
  }
  return (await ownEpisodes(stage)).filter(({ id }) => members.has(id));
}

export function isWithdrawn({ tombstone }: OwnEpisode): boolean {
  return tombstone === "withdrawn";
}

/** One without a case, so that the reports stay to be looked at. */
async function chooseOne({ deps }: Stage, released: readonly OwnEpisode[]): Promise<OwnEpisode> {
  for (const episode of released.toReversed()) {
    if (episode.state === "published" && (await deps.store.cases.openOf(episode.id)).length === 0)
      return episode;
  }
  throw new AppError("not_found", { detail: "no episode is left that could be withdrawn" });
}
