import postgres from "postgres";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { OPERATOR } from "#lib/domain/access/policy.ts";
import type { EpisodeRecord } from "#lib/domain/episode/schema.ts";
import { AppError, isAppError } from "#lib/domain/errors.ts";
import { RULES_VERSION } from "#lib/domain/sanitize/rules-version.ts";
import { SearchQuery } from "#lib/domain/search/query.ts";
import type { Deps } from "#lib/ports/deps.ts";
import type { Episode } from "#lib/ports/episodes.ts";
import { claimCase, decideCase } from "./cases.ts";
import { bodyKey, encodeBody, readRecord } from "./episode-body.ts";
import { hideEpisode, unhideEpisode } from "./moderate.ts";
import { readQueue } from "./moderation-queue.ts";
import { setPaused } from "./pause.ts";
import { projectEpisode } from "./project.ts";
import { readEpisode, readVisibility } from "./read-episode.ts";
import { latestRelease } from "./read-release.ts";
import { submitReport } from "./reports.ts";
import { approveRescan, needsRescan, readRescan, rescan } from "./rescan.ts";
import { searchEpisodes } from "./search.ts";
import { type TestPlatform, testPlatform } from "./testing/platform.ts";
import { type ReleaseTools, releaseTools } from "./testing/releases.ts";

const OLDER = "1-aaaaaaaaaaaa";
const SECRET = ["ghp", "A1b2C3d4E5f6G7h8I9j0A1b2C3d4E5f6G7h8"].join("_");

let platform: TestPlatform;
let deps: Deps;
let sql: postgres.Sql;
let tools: ReleaseTools;
beforeEach(async () => {
  platform = await testPlatform({ working: false });
  deps = platform.deps;
  sql = postgres(platform.databaseUrl, { max: 1, onnotice: () => {} });
  tools = releaseTools(platform);
});
afterEach(async () => {
  await sql.end();
  await platform.close();
});

/** Public episodes, all scanned under older rules. */
async function published(count: number): Promise<string[]> {
  const ids = await tools.contribute(Array.from({ length: count }, (_, n) => ({ n: n + 1 })));
  for (const episodeId of ids) await projectEpisode(deps, { episodeId });
  await outdate();
  return ids;
}

async function outdate(): Promise<void> {
  await sql`update episode set scan_rules_version = ${OLDER}`;
}

/** Rewrites a stored body, as if rules that came later were the first to find what stands in it. */
async function plant(id: string, change: (record: EpisodeRecord) => EpisodeRecord = withSecret) {
  const { body, sha256 } = await encodeBody(deps, change(await readRecord(deps, await rowOf(id))));
  const key = bodyKey(id);
  await deps.objects.remove(key);
  await deps.objects.put(key, body);
  await deps.store.episodes.setObject(id, { key, sha256, bytes: body.length });
}

function withSecret(record: EpisodeRecord): EpisodeRecord {
  return { ...record, task: { ...record.task, prompt: `Use ${SECRET} here` } };
}

/** A token in two pieces that only a person can judge. */
function withPieces(record: EpisodeRecord): EpisodeRecord {
  const [first, ...rest] = record.steps;
  if (!first) throw new Error("a sample has steps");
  const pieces = [SECRET.slice(0, 20), `${SECRET.slice(20)} now`].map((text) => ({ ...first, text }));
  return { ...record, steps: [...pieces, ...rest] };
}

/** So many more public rows, read under the rules in force, that few hits are few of them. */
async function amongThousand(like: string, more = 1_000): Promise<void> {
  await sql`
    insert into episode
    select (jsonb_populate_record(e, jsonb_build_object('id', md5(n::text) || md5(n::text), 'slot', null,
      'declared_id', md5(n::text) || md5(n::text), 'scan_rules_version', ${RULES_VERSION}::text))).*
    from episode e, generate_series(1, ${more}::int) n where e.id = ${like}`;
}

async function rowOf(id: string): Promise<Episode> {
  const row = await deps.store.episodes.byId(id);
  if (!row) throw new Error("the row is there");
  return row;
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "done",
    (error: unknown) => (isAppError(error) ? error.code : Promise.reject(error)),
  );
}

async function visibilities(ids: readonly string[]): Promise<string[]> {
  return Promise.all(ids.map((id) => readVisibility(deps, id)));
}

/** Dies before the transaction of the given number, as a killed worker does. */
function cutAt(transactions: number): Deps {
  let begun = 0;
  const transaction: Deps["store"]["transaction"] = (work) => {
    begun += 1;
    if (begun > transactions) throw new AppError("unavailable", { detail: "cut off" });
    return deps.store.transaction(work);
  };
  return { ...deps, store: { ...deps.store, transaction } };
}

describe("a rescan", () => {
  it("renews clean scans, so that new rules don't empty the next release", async () => {
    const ids = await published(3);
    expect(await needsRescan(deps)).toBe(true);
    expect(await readRescan(deps, OPERATOR)).toMatchObject({ state: "reading", scanned: 0, total: 3 });
    expect(await visibilities(ids)).toEqual(["public", "public", "public"]);
    await rescan(deps);
    expect(await needsRescan(deps)).toBe(false);
    expect(await readRescan(deps, OPERATOR)).toMatchObject({
      state: "done",
      scanned: 3,
      hits: 0,
      byRule: [],
    });
    await tools.publish("1.0.0");
    expect((await latestRelease(deps))?.members).toBe(3);
  });

  it("hides few hits with a case, and takes them off every read path", async () => {
    const ids = await published(2);
    const [clean = "", hit = ""] = ids;
    await amongThousand(clean);
    await plant(hit);
    await rescan(deps);
    expect(await visibilities(ids)).toEqual(["public", "gone"]);
    expect(await codeOf(readEpisode(deps, hit))).toBe("gone");
    const found = await searchEpisodes(deps, SearchQuery.parse({ text: "number" }));
    expect(found.items.map(({ id }) => id)).toEqual([clean]);
    expect(await deps.store.episodes.findings(hit)).toMatchObject([
      { rule: "github-token", kind: "secret", path: "task.prompt", start: 4, end: 44 },
    ]);
    const [entry] = (await readQueue(deps, OPERATOR)).cases;
    expect(entry).toMatchObject({ episodeId: hit, category: "credential", blocks: true, state: "triaged" });
    expect((await deps.store.episodes.log(hit)).at(-1)).toMatchObject({
      type: "hidden",
      reason: "rescan_hit",
      actor: "rule",
      caseId: entry?.id,
    });
    const facts = (await Array.fromAsync(deps.permanence.entries())).map(({ fact }) => fact);
    expect(facts.at(-1)).toMatchObject({ type: "episode.hidden", publicId: hit, reason: "rescan_hit" });
    expect((await deps.store.audit.list(1))[0]).toMatchObject({ actor: "rule", subject: hit });
    expect(await readRescan(deps, OPERATOR)).toMatchObject({ state: "done", hits: 0, hidden: 1 });
  });

  it("runs when a worker starts, and screens what waits for review anew", async () => {
    const [shown = "", hidden = ""] = await published(2);
    const [waiting = ""] = await tools.contribute([{ n: 3, who: "team", shared: true }]);
    const moderator = await platform.person("moderator@example.org", "moderator");
    await hideEpisode(deps, moderator, { episodeId: hidden, reason: "precaution" });
    await outdate();
    const { databaseUrl, dataDir } = platform;
    const worker = await testPlatform({ databaseUrl, dataDir });
    await worker.deps.store.jobs.enqueue({ name: "sweep" });
    await worker.settle();
    await worker.close();
    expect(await needsRescan(deps)).toBe(false);
    for (const id of [shown, hidden, waiting]) {
      expect((await rowOf(id)).scan).toEqual({ rulesVersion: RULES_VERSION, openFindings: 0 });
    }
    await unhideEpisode(deps, moderator, { episodeId: hidden });
    expect(await visibilities([shown, hidden, waiting])).toEqual(["public", "public", "unknown"]);
  });

  it("hides nothing while many hits wait for a person, and everything once one agrees", async () => {
    const ids = await published(3);
    const [first = "", second = "", clean = ""] = ids;
    for (const id of [first, second]) await plant(id);
    expect(await codeOf(approveRescan(deps, OPERATOR))).toBe("illegal_transition");
    await rescan(deps);
    await rescan(deps);
    expect(await visibilities(ids)).toEqual(["public", "public", "public"]);
    expect((await readQueue(deps, OPERATOR)).cases).toEqual([]);
    expect(await readRescan(deps, OPERATOR)).toMatchObject({
      state: "waiting",
      hits: 2,
      byRule: [{ rule: "github-token", episodes: 2 }],
    });
    await approveRescan(deps, OPERATOR);
    expect((await deps.jobOffice.pending()).rescan).toBe(1);
    await rescan(deps);
    expect(await visibilities(ids)).toEqual(["gone", "gone", "public"]);
    expect((await readQueue(deps, OPERATOR)).cases).toHaveLength(2);
    await tools.publish("1.0.0");
    expect(await tools.carriersOf("1.0.0", clean)).not.toEqual([]);
    expect((await latestRelease(deps))?.members).toBe(1);
  });

  it("goes on where it was cut off, while it reads and while it hides", async () => {
    const ids = await published(4);
    const hits = ids.slice(0, 2);
    for (const id of hits) await plant(id);
    await amongThousand(ids[3] ?? "", 3_000);
    expect(await codeOf(rescan(cutAt(2)))).toBe("unavailable");
    expect(await readRescan(deps, OPERATOR)).toMatchObject({
      state: "reading",
      scanned: 3_002,
      total: 3_004,
    });
    expect(await visibilities(ids)).toEqual(ids.map(() => "public"));
    // two rows to read, one of the two hits to hide
    expect(await codeOf(rescan(cutAt(3)))).toBe("unavailable");
    expect(await readRescan(deps, OPERATOR)).toMatchObject({ state: "hiding", hits: 1, hidden: 1 });
    const { databaseUrl, dataDir } = platform;
    const next = await testPlatform({ working: false, databaseUrl, dataDir });
    await rescan(next.deps);
    await next.close();
    expect(await visibilities(hits)).toEqual(["gone", "gone"]);
    expect((await readQueue(deps, OPERATOR)).cases).toHaveLength(2);
    expect(await needsRescan(deps)).toBe(false);
  });

  it("writes nothing about what is withdrawn while it is read or found", async () => {
    const [read = "", found = "", clean = ""] = await published(3);
    await amongThousand(clean, 3_000);
    for (const id of [read, found]) await plant(id);
    const get: Deps["objects"]["get"] = async (key) => {
      const bytes = await deps.objects.get(key);
      if (key === bodyKey(read)) await tools.revoke(read);
      return bytes;
    };
    const log: Deps["log"] = {
      ...deps.log,
      error: () => {
        throw new Error("a withdrawal is no fault");
      },
    };
    expect(await codeOf(rescan({ ...cutAt(3), log, objects: { ...deps.objects, get } }))).toBe("unavailable");
    await tools.revoke(found);
    await rescan({ ...deps, log });
    for (const id of [read, found]) {
      expect((await rowOf(id)).lifecycle).toMatchObject({ state: "erased", tombstone: "withdrawn" });
      expect(await deps.store.episodes.findings(id)).toEqual([]);
    }
    expect((await readQueue(deps, OPERATOR)).cases).toEqual([]);
    expect(await needsRescan(deps)).toBe(false);
  });

  it("leaves a body that can't be read as it was, and reads the others", async () => {
    const [lost = "", other = ""] = await published(2);
    await deps.objects.remove(bodyKey(lost));
    await deps.store.staging.drop(lost);
    const errors: unknown[] = [];
    const log: Deps["log"] = { ...deps.log, error: (event, fields) => void errors.push([event, fields]) };
    await rescan({ ...deps, log });
    expect(errors).toEqual([["rescan.unreadable", { episode: lost, code: "unavailable" }]]);
    expect((await rowOf(lost)).scan?.rulesVersion).toBe(OLDER);
    expect((await rowOf(other)).scan?.rulesVersion).toBe(RULES_VERSION);
    expect(await needsRescan(deps)).toBe(true);
  });

  it("hides on a paused instance too, and joins a report that is open", async () => {
    const [hit = "", clean = ""] = await published(2);
    await amongThousand(clean);
    await plant(hit);
    const report = { episodeId: hit, category: "credential", step: null, message: "A key.", contact: null };
    await submitReport(deps, { ...report, category: "credential" });
    await setPaused(deps, OPERATOR, { paused: true });
    await rescan(deps);
    expect(await readVisibility(deps, hit)).toBe("gone");
    expect((await readQueue(deps, OPERATOR)).cases).toHaveLength(1);
  });
});

describe("a hit that a person looks at", () => {
  it("comes back as a false alarm, and stays one under the rules after", async () => {
    const [hit = "", clean = ""] = await published(2);
    await amongThousand(clean);
    await plant(hit, withPieces);
    await rescan(deps);
    const moderator = await platform.person("moderator@example.org", "moderator");
    const target = { episodeId: hit };
    const [entry] = (await readQueue(deps, moderator)).cases;
    const caseId = entry?.id ?? "";
    const dismissing = { ...target, dismissFindings: true };
    expect(await codeOf(unhideEpisode(deps, moderator, dismissing))).toBe("not_publishable");
    await claimCase(deps, moderator, { caseId });
    const statement = "It is no key.";
    await decideCase(deps, moderator, { caseId, outcome: "no_action", reason: null, statement });
    expect(await codeOf(unhideEpisode(deps, moderator, target))).toBe("not_publishable");
    await unhideEpisode(deps, moderator, dismissing);
    expect(await readVisibility(deps, hit)).toBe("public");
    const audited = (await deps.store.audit.list(2)).map((row) => row.action);
    expect(audited).toEqual(["episode.unhide", "findings.dismiss"]);

    await outdate();
    await plant(clean);
    await sql`update episode set scan_rules_version = ${RULES_VERSION} where id not in (${hit}, ${clean})`;
    await rescan(deps);
    expect(await visibilities([hit, clean])).toEqual(["public", "gone"]);
    expect(await rowOf(hit)).toMatchObject({ scan: { rulesVersion: RULES_VERSION, openFindings: 0 } });
  });

  it("does not come back if it is certainly a secret", async () => {
    const [hit = "", clean = ""] = await published(2);
    await amongThousand(clean);
    await plant(hit);
    await rescan(deps);
    const moderator = await platform.person("moderator@example.org", "moderator");
    const dismissing = { episodeId: hit, dismissFindings: true };
    expect(await codeOf(unhideEpisode(deps, moderator, dismissing))).toBe("not_publishable");
    expect(await deps.store.episodes.findings(hit)).toHaveLength(1);
    expect(await readVisibility(deps, hit)).toBe("gone");
  });
});
