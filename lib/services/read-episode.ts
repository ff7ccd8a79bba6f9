import { type PublicEpisode, publicForm } from "#lib/domain/episode/public-form.ts";
import type { EpisodeSummary } from "#lib/domain/episode/summary.ts";
import { AppError } from "#lib/domain/errors.ts";
import { type Visibility, visibilityOf } from "#lib/domain/lifecycle/visibility.ts";
import type { Deps } from "#lib/ports/deps.ts";
import { readRecord } from "./episode-body.ts";

const PUBLIC_ID = /^[0-9a-f]{64}$/;

/** The gate's answer for an id, without reading its body. */
export async function readVisibility(deps: Deps, id: string): Promise<Visibility> {
  if (!PUBLIC_ID.test(id)) return "unknown";
  const episode = await deps.store.episodes.byId(id);
  return episode ? visibilityOf(episode.lifecycle) : "unknown";
}

/** One public episode in its public form. Throws `not_found`, `gone` or `legally_withheld` (permanence.md 8). */
export async function readEpisode(
  deps: Deps,
  id: string,
): Promise<{ episode: PublicEpisode; summary: EpisodeSummary; releases: string[] }> {
  const row = PUBLIC_ID.test(id) ? await deps.store.episodes.byId(id) : null;
  const visibility = row ? visibilityOf(row.lifecycle) : "unknown";
  if (!row || visibility === "unknown") throw new AppError("not_found");
  if (visibility !== "public") throw new AppError(visibility);
  const reading = readRecord(deps, row);
  await Promise.allSettled([reading]);
  // asked last, so that a withdrawal during the read still wins, also over the body that it has taken away
  const [summary] = await deps.store.episodes.publicSummaries([row.id]);
  if (!summary)
    throw new AppError((await readVisibility(deps, id)) === "legally_withheld" ? "legally_withheld" : "gone");
  const record = await reading;
  const releases = await deps.store.snapshots.containing(row.id);
  return {
    episode: publicForm(record),
    summary,
    releases: releases.filter(({ state }) => state !== "yanked").map(({ version }) => version),
  };
}
