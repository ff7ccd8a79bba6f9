import { appendFile, copyFile, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AppError, isAppError } from "#lib/domain/errors.ts";
import { sha256Hex } from "#lib/domain/hash.ts";
import { ingest } from "#lib/services/ingest.ts";
import { readVisibility } from "#lib/services/read-episode.ts";
import { replayPermanence } from "#lib/services/replay-permanence.ts";
import { revokeEpisode } from "#lib/services/revoke.ts";
import { type TestPlatform, testPlatform } from "#lib/services/testing/platform.ts";
import { bytesOf, sampleRecord } from "#lib/services/testing/records.ts";
import { releaseTools } from "#lib/services/testing/releases.ts";
import { keepSigningKey } from "#workers/signing-key.ts";
import { restoreBackup } from "./backup-commands.ts";
import { writeBackup } from "./write-backup.ts";

let root: string;
let open: TestPlatform[];
let first: TestPlatform;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "trace-share-backup-"));
  open = [];
  first = await start("first");
});
afterEach(async () => {
  for (const platform of open) await platform.close();
  await rm(root, { recursive: true, force: true });
});

/** A platform over a database of its own; a data folder by name, so that one can outlive its database. */
async function start(folder: string): Promise<TestPlatform> {
  const platform = await testPlatform({ dataDir: join(root, folder), working: false });
  open.push(platform);
  return platform;
}

const backupOf = (platform: TestPlatform, name = "backup") => writeBackup(platform, join(root, name));

/** What the command does on an instance: a start comes first, and replays. */
async function restoreInto(platform: TestPlatform, name = "backup"): Promise<void> {
  await replayPermanence(platform.deps);
  await restoreBackup(platform, join(root, name));
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "done",
    (error: unknown) => (isAppError(error) ? error.code : Promise.reject(error)),
  );
}

async function contentsOf({ deps, backup }: TestPlatform): Promise<{ rows: string[]; objects: string[] }> {
  const rows: string[] = [];
  await backup.dump(async (line) => void rows.push(line));
  const objects: string[] = [];
  for await (const key of deps.objects.list("")) {
    objects.push(`${key} ${sha256Hex((await deps.objects.get(key)) ?? new Uint8Array())}`);
  }
  return { rows, objects: objects.sort() };
}

const logOf = (folder: string) => readFile(join(root, folder, "permanence", "log.jsonl"), "utf8");

/** Two published episodes, one withdrawn, and a release. */
async function fill(platform: TestPlatform): Promise<{ kept: string; later: string }> {
  const tools = releaseTools(platform);
  const [withdrawn = "", kept = "", later = ""] = await tools.contribute([{ n: 1 }, { n: 2 }, { n: 3 }]);
  await tools.publish("1.0.0");
  await tools.revoke(withdrawn);
  return { kept, later };
}

describe("backup and restore", () => {
  it("bring back every row and every byte, and the signing key, into another data folder", async () => {
    const { kept } = await fill(first);
    keepSigningKey(first.signingKey);
    await backupOf(first);
    const before = await contentsOf(first);
    const second = await start("second");
    keepSigningKey(second.signingKey);
    await restoreInto(second);
    expect(await contentsOf(second)).toEqual(before);
    expect(await second.deps.signer.publicKey()).toBe(await first.deps.signer.publicKey());
    expect(await logOf("second")).toBe(await logOf("first"));
    expect(await readVisibility(second.deps, kept)).toBe("public");
    expect((await second.deps.store.instance.read()).permanenceGap).toBe(false);
  });

  it("refuse before anything is touched where another key lies in a file that can't be replaced", async () => {
    await fill(first);
    keepSigningKey(first.signingKey);
    await backupOf(first);
    const second = await start("second");
    keepSigningKey(second.signingKey);
    // its name leaves no room for a file beside it, which stops root too
    const signingKey = join(root, "k".repeat(246));
    await copyFile(second.signingKey, signingKey);
    expect(await codeOf(restoreBackup({ ...second, signingKey }, join(root, "backup")))).toBe(
      "configuration_invalid",
    );
    await expect(logOf("second")).rejects.toThrow("ENOENT");
    expect(await keysOf(second)).toEqual([]);
    // as the refusal says
    await copyFile(join(root, "backup", "signing-key"), signingKey);
    await restoreBackup({ ...second, signingKey }, join(root, "backup"));
    expect((await contentsOf(second)).objects).toEqual((await contentsOf(first)).objects);
  });

  it("lose no withdrawal that came after the backup, where the data folder outlived its database", async () => {
    const { kept, later } = await fill(first);
    await backupOf(first);
    const actor = await first.uploader("ada@example.org");
    await revokeEpisode(first.deps, actor, { episodeId: later });
    const pending = sampleRecord({ contributor: "ada", session: "never seen" });
    await codeOf(revokeEpisode(first.deps, actor, { episodeId: pending.id }));
    const again = await start("first");
    await restoreInto(again);
    expect(await readVisibility(again.deps, later)).toBe("gone");
    expect(await readVisibility(again.deps, kept)).toBe("public");
    const owner = await again.uploader("ada@example.org");
    expect(await codeOf(ingest(again.deps, owner, { bytes: bytesOf(pending) }))).toBe("withdrawn");
  });

  it("can be repeated after a restore that was cut off", async () => {
    const { kept } = await fill(first);
    await backupOf(first);
    const second = await start("second");
    await replayPermanence(second.deps);
    const backup = {
      ...second.backup,
      load: async () => {
        throw new AppError("unavailable");
      },
    };
    expect(await codeOf(restoreBackup({ ...second, backup }, join(root, "backup")))).toBe("unavailable");
    // what a crash leaves of an object that was being written is another file; a damaged one is replaced
    const [key = ""] = await keysOf(second);
    expect(key).not.toBe("");
    await second.deps.objects.remove(key);
    await second.deps.objects.put(key, new Uint8Array([1, 2, 3]));
    await restoreInto(second);
    expect((await contentsOf(second)).objects).toEqual((await contentsOf(first)).objects);
    expect(await readVisibility(second.deps, kept)).toBe("public");
  });

  it("refuse a database that holds anything, and leave its log and files as they are", async () => {
    await fill(first);
    await backupOf(first);
    const second = await start("second");
    await second.uploader("somebody@example.org");
    expect(await codeOf(restoreInto(second))).toBe("already_exists");
    await expect(logOf("second")).rejects.toThrow("ENOENT");
    expect(await keysOf(second)).toEqual([]);
  });

  it("refuse a log that went another way, and take one that ends in the middle of a line", async () => {
    const { later } = await fill(first);
    await backupOf(first);
    const other = await start("other");
    await fill(other);
    await backupOf(other, "other-backup");
    const emptied = await start("other");
    expect(await codeOf(restoreInto(emptied))).toBe("permanence_broken");
    // both hold the beginning of an append that a crash cut off, and it went on differently
    await appendFile(join(root, "backup", "permanence", "log.jsonl"), '{"seq":2,"at":"20');
    await revokeEpisode(first.deps, await first.uploader("ada@example.org"), { episodeId: later });
    const again = await start("first");
    await restoreInto(again);
    expect(await readVisibility(again.deps, later)).toBe("gone");
  });

  it("refuse to go on without the entries that the database remembers", async () => {
    await fill(first);
    await backupOf(first);
    const log = join(root, "backup", "permanence", "log.jsonl");
    await truncate(log, 10);
    const second = await start("second");
    expect(await codeOf(restoreInto(second))).toBe("permanence_broken");
    const { hash } = await second.deps.permanence.head();
    expect((await replayPermanence(second.deps, { acceptHead: hash })).gap).toBe(true);
    expect((await second.deps.store.instance.read()).permanenceGap).toBe(true);
  });

  it("refuse a backup whose rows were changed", async () => {
    await fill(first);
    await backupOf(first);
    const database = join(root, "backup", "database.jsonl");
    await writeFile(
      database,
      (await readFile(database, "utf8")).replace("ada@example.org", "eve@example.org"),
    );
    const second = await start("second");
    expect(await codeOf(restoreInto(second))).toBe("input_invalid");
    expect(await second.deps.store.accounts.count()).toBe(0);
  });
});

async function keysOf({ deps }: TestPlatform): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of deps.objects.list("")) keys.push(key);
  return keys.sort();
}
