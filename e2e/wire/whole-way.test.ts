import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OPERATOR } from "#lib/domain/access/policy.ts";
import { buildWindows } from "#lib/domain/episodes/build.ts";
import { type AdmittedEpisode, admit } from "#lib/domain/gate.ts";
import { CURRENT_CONSENT } from "#lib/domain/registry.ts";
import { sanitize } from "#lib/domain/sanitize/sanitize.ts";
import { SearchQuery } from "#lib/domain/search/query.ts";
import { parseCodexCli } from "#lib/domain/sources/codex-cli.ts";
import { ingest } from "#lib/services/ingest.ts";
import { openReleaseFile, readRelease } from "#lib/services/read-release.ts";
import { approveSnapshot, patchSnapshot, publishSnapshot, requestSnapshot } from "#lib/services/release.ts";
import { revokeEpisode } from "#lib/services/revoke.ts";
import { searchEpisodes } from "#lib/services/search.ts";
import { type TestPlatform, testPlatform } from "#lib/services/testing/platform.ts";

const SESSIONS = resolve(import.meta.dirname, "../../workers/demo-sessions/.codex/sessions");
const keys = { salt: "a salt", slotKey: "a slot key" };
const consent = {
  version: CURRENT_CONSENT.version,
  textSha256: CURRENT_CONSENT.sha256,
  license: "CC0-1.0",
  acceptedAt: "2026-11-22T10:00:00Z",
};

const repository = { visibility: "public", basis: "asserted" } as const;

let platform: TestPlatform;

/** The contributor's side: text of a session file to records that consent let out. */
function contribute(text: string): AdmittedEpisode[] {
  const parsed = parseCodexCli(text);
  if (!parsed.ok) throw new Error(parsed.reason);
  return buildWindows(parsed.session, { idle: true }).map((window) => {
    const sanitized = sanitize(window, { salt: keys.salt });
    if (!sanitized.ok) throw new Error("a demo session was refused");
    const admission = admit(sanitized.episode, { consent, disclosure: "raw", repository, keys });
    if (!admission.ok) throw new Error(admission.code);
    return admission.episode;
  });
}

async function release(version: string): Promise<void> {
  const { deps } = platform;
  await platform.settle();
  await approveSnapshot(deps, OPERATOR, { version });
  await publishSnapshot(deps, OPERATOR, { version });
}

async function releasedIds(version: string): Promise<string[]> {
  const { deps } = platform;
  const ids: string[] = [];
  for (const name of ["train.jsonl.zst", "val.jsonl.zst"]) {
    const file = await openReleaseFile(deps, { version, name });
    const bytes = new Uint8Array(await new Response(file.stream).arrayBuffer());
    const text = new TextDecoder().decode(await deps.codec.decompress(bytes, 100_000_000));
    for (const line of text.split("\n").filter(Boolean)) ids.push((JSON.parse(line) as { id: string }).id);
  }
  return ids.sort();
}

describe.each([
  { form: "one process that owns the database", roles: false },
  { form: "web and worker with roles of their own", roles: true },
])("$form", ({ roles }) => {
  beforeAll(async () => {
    platform = await testPlatform({ roles });
  });
  afterAll(() => platform.close());
  it("walks the whole way: contribute, publish, search, release, revoke, release again", walk);
});

async function walk(): Promise<void> {
  const { deps } = platform;
  const actor = await platform.uploader("walker@example.org");
  const files = globSync("**/*.jsonl", { cwd: SESSIONS }).slice(0, 3);
  const records = files.flatMap((file) => contribute(readFileSync(join(SESSIONS, file), "utf8")));
  expect(records.length).toBeGreaterThanOrEqual(3);
  for (const record of records) {
    await ingest(deps, actor, { bytes: new TextEncoder().encode(JSON.stringify(record)) });
  }
  await platform.settle();
  const found = await searchEpisodes(deps, SearchQuery.parse({ limit: 100 }));
  expect(found.items.map((item) => item.id).sort()).toEqual(records.map((record) => record.id).sort());

  await requestSnapshot(deps, OPERATOR, { version: "1.0.0" });
  await release("1.0.0");
  expect(await releasedIds("1.0.0")).toEqual(records.map((record) => record.id).sort());

  const [withdrawn] = records;
  if (!withdrawn) throw new Error("there is a record");
  await revokeEpisode(deps, actor, { episodeId: withdrawn.id });
  const after = await searchEpisodes(deps, SearchQuery.parse({ limit: 100 }));
  expect(after.items.map((item) => item.id)).not.toContain(withdrawn.id);

  const patch = await patchSnapshot(deps, OPERATOR, { version: "1.0.0" });
  expect(patch.version).toBe("2.0.0");
  await release("2.0.0");
  expect(await releasedIds("2.0.0")).toEqual(
    records
      .slice(1)
      .map((record) => record.id)
      .sort(),
  );
  expect((await readRelease(deps, "1.0.0")).state).toBe("superseded");
}
