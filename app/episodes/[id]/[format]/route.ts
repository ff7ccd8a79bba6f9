import { route } from "#app/_server/route.ts";
import { AppError } from "#lib/domain/errors.ts";
import type { PublicEpisode } from "#lib/domain/episode/public-form.ts";
import { episodeJsonLines, episodeMarkdown } from "#lib/domain/wire/episode-text.ts";
import { readEpisode } from "#lib/services/read-episode.ts";

type Format = { type: string; text(episode: PublicEpisode, pageUrl: string): string };

const FORMATS: ReadonlyMap<string, Format> = new Map([
  ["json", { type: "application/json", text: (episode) => `${JSON.stringify(episode)}\n` }],
  ["jsonl", { type: "application/jsonl; charset=utf-8", text: episodeJsonLines }],
  ["md", { type: "text/markdown; charset=utf-8", text: episodeMarkdown }],
]);

/** `/episodes/{id}.json`, `.jsonl` and `.md` (next.config.ts leads them here), behind the gate of the page. */
export const GET = route({ auth: "public", limit: "read" }, async ({ deps, params }) => {
  const name = params["format"] ?? "";
  const format = FORMATS.get(name);
  if (!format) throw new AppError("not_found");
  const { episode } = await readEpisode(deps, params["id"] ?? "");
  const pageUrl = new URL(`/episodes/${episode.id}`, deps.rules.publicUrl).href;
  return new Response(format.text(episode, pageUrl), {
    headers: {
      "content-type": format.type,
      "content-disposition": `inline; filename="${episode.id}.${name}"`,
      "cache-control": "no-store",
      "x-robots-tag": "noindex",
    },
  });
});
