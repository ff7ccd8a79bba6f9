import type { Actor } from "#lib/domain/access/policy.ts";
import { AppError } from "#lib/domain/errors.ts";
import { listedFacts, type OwnEpisode } from "#lib/domain/episode/summary.ts";
import type { Deps } from "#lib/ports/deps.ts";
import type { Episode } from "#lib/ports/episodes.ts";
import { accountOf, authorise } from "./authorise.ts";

const PAGE = 50;

/** The actor's own episodes in every state, newest first. */
export async function listOwnEpisodes(
  deps: Deps,
  actor: Actor,
  input: { before?: Date },
): Promise<{ items: OwnEpisode[]; nextBefore: Date | null }> {
  authorise(actor, "episode.own.read");
  const rows = await deps.store.episodes.listOwn(accountOf(actor), { ...input, limit: PAGE + 1 });
  const page = rows.slice(0, PAGE);
  return {
    items: page.map(ownEpisode),
    nextBefore: rows.length > PAGE ? (page.at(-1)?.receivedAt ?? null) : null,
  };
}

/** The state of one of the actor's own episodes, by declared or public id. Foreign and unknown ids are `not_found`. */
export async function readOwnStatus(deps: Deps, actor: Actor, input: { id: string }): Promise<OwnEpisode> {
  authorise(actor, "episode.own.read");
  const account = accountOf(actor);
  const row =
    (await deps.store.episodes.byDeclaredId(account, input.id)) ?? (await deps.store.episodes.byId(input.id));
  if (row?.account !== account) throw new AppError("not_found");
  return ownEpisode(row);
}

function ownEpisode(row: Episode): OwnEpisode {
  const { lifecycle } = row;
  return {
    ...listedFacts(row),
    publishedAt: lifecycle.publishedAt,
    declaredId: row.declaredId,
    state: lifecycle.state,
    reason: lifecycle.reason ?? row.reviewReasons[0] ?? null,
    tombstone: lifecycle.tombstone,
    receivedAt: row.receivedAt,
    hashBasis: row.hashBasis,
  };
}
