import { randomBytes } from "node:crypto";
import type { Config } from "#lib/config.ts";
import { SearchQuery } from "#lib/domain/search/query.ts";
import { inspectSearch, openRedis } from "#lib/maintenance.ts";
import type { Deps } from "#lib/ports/deps.ts";
import { searchEpisodes } from "#lib/services/search.ts";
import { fail, type Finding, ok, warn } from "./finding.ts";

/** What the tests of the search ran against, as major and minor. */
const TRIED = [1, 50] as const;

/** Redis itself: the platform goes on without it, with limits counted in the database. */
export async function checkKeyValue(config: Config): Promise<Finding[]> {
  const redis = openRedis(config);
  if (!redis) return [ok("key_value", "limits are counted in the database")];
  const key = `doctor:${randomBytes(8).toString("hex")}`;
  const first = await redis.hit(key, 60);
  const second = await redis.hit(key, 60);
  if (second.count === first.count + 1) return [ok("key_value", "Redis counts")];
  return [fail("key_value", "Redis does not count", "check what UPSTASH_REDIS_REST_URL points to")];
}

/** Version, settings and form of the index, where an engine of its own searches. */
export async function checkEngine(config: Config): Promise<Finding[]> {
  const facts = await inspectSearch(config);
  if (!facts) return [ok("search_engine", "PostgreSQL searches")];
  const { version, settled, documents, outdated } = facts;
  return [
    ok(
      "search_engine",
      `Meilisearch ${version ?? "(its version is not this key's to know)"} holds ${documents} documents`,
    ),
    ...versionFinding(version),
    settled === false
      ? fail(
          "search_settings",
          "the index has other settings than this version's",
          "start trace-share once, or run `npm run admin -- reindex`",
        )
      : ok(
          "search_settings",
          settled ? "the index has this version's settings" : "the settings are not this key's to see",
        ),
    outdated > 0
      ? warn(
          "search_form",
          `${outdated} documents have an older form`,
          "the sweep writes them anew; `npm run admin -- reindex` does so at once",
        )
      : ok("search_form", "every document has this version's form"),
  ];
}

function versionFinding(version: string | null): Finding[] {
  const [major = 0, minor = 0] = (version ?? "").split(".").map(Number);
  if (version === null || (major === TRIED[0] && minor >= TRIED[1])) return [];
  const tried = TRIED.join(".");
  return [
    warn("search_version", `Meilisearch ${version}`, `use ${tried} or a later 1.x: nothing else was tried`),
  ];
}

/** A search as a visitor makes it, and whether the engine or its reserve answered. */
export async function checkSearch(deps: Deps, runs: boolean): Promise<Finding[]> {
  const { published = 0 } = await deps.store.episodes.countByState();
  const { items, fallback } = await searchEpisodes(deps, SearchQuery.parse({}));
  if (fallback)
    return [warn("search", "PostgreSQL answers in the engine's place", "see search_engine above")];
  if (published > 0 && items.length === 0) {
    const said = `a search finds nothing of ${published} public episodes`;
    return runs
      ? [fail("search", said, "run `npm run admin -- reindex`")]
      : [warn("search", said, "start trace-share: its worker writes them in within minutes")];
  }
  return [ok("search", `a search answers (${published} public episodes)`)];
}
