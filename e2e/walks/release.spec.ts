import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zstdDecompressSync } from "node:zlib";
import { type APIRequestContext, expect, test } from "@playwright/test";
import { admin, contributor, share } from "#e2e/support/instance.ts";

test.describe.configure({ mode: "serial" });

/** Where withdrawn and kept ids of this file's walk are. */
let kept = "";
let withdrawn = "";
let walker: Awaited<ReturnType<typeof contributor>>;
const word = `praseodymium${Date.now()}`;

async function releasedIds(request: APIRequestContext, version: string): Promise<string[]> {
  const ids: string[] = [];
  for (const name of ["train.jsonl.zst", "val.jsonl.zst"]) {
    const file = await request.get(`/v1/releases/${version}/files/${name}`);
    expect(file.status()).toBe(200);
    const rows = zstdDecompressSync(await file.body())
      .toString("utf8")
      .split("\n")
      .filter(Boolean);
    ids.push(...rows.map((row) => (JSON.parse(row) as { id: string }).id));
  }
  return ids;
}

test("a release downloads, and its checksums and archives hold", async ({ page, request }) => {
  walker = await contributor("release-walk@example.org", [
    `Keep the ${word} parser`,
    `Drop the ${word} cache`,
  ]);
  [kept = "", withdrawn = ""] = await share(walker);
  for (const id of [kept, withdrawn]) {
    await expect.poll(async () => (await request.get(`/episodes/${id}`)).status()).toBe(200);
  }
  await admin("snapshot", "build", "1.0.0");
  await admin("snapshot", "publish", "1.0.0");
  await page.goto("/releases");
  await page
    .getByRole("link", { name: /1\.0\.0/ })
    .first()
    .click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("1.0.0");

  const folder = mkdtempSync(join(tmpdir(), "trace-share-release-"));
  for (const link of await page.getByRole("table").getByRole("link").all()) {
    const address = (await link.getAttribute("href")) ?? "";
    writeFileSync(
      join(folder, address.slice(address.lastIndexOf("/") + 1)),
      await (await request.get(address)).body(),
    );
  }
  const checked = execFileSync("sha256sum", ["-c", "CHECKSUMS.txt"], { cwd: folder, encoding: "utf8" });
  expect(
    checked
      .trim()
      .split("\n")
      .every((line) => line.endsWith(": OK")),
  ).toBe(true);
  const archives = ["train.jsonl.zst", "val.jsonl.zst", "sft.jsonl.zst", "tooltrace.jsonl.zst"];
  const zstd = spawnSync("zstd", ["-t", ...archives], { cwd: folder });
  test.info().annotations.push({
    type: "zstd",
    description: zstd.error ? "no zstd program here: tested with node:zlib" : "zstd -t",
  });
  if (!zstd.error) expect(zstd.status).toBe(0);
  const ids = await releasedIds(request, "1.0.0");
  expect(ids).toEqual(expect.arrayContaining([kept, withdrawn]));
  rmSync(folder, { recursive: true });
});

test("contribute, withdraw: gone everywhere, and the next snapshot lacks it", async ({ page, request }) => {
  await walker.cli("revoke", "add", "--episode-id", withdrawn);
  await walker.cli("revoke", "sync");
  expect((await request.get(`/episodes/${withdrawn}`)).status()).toBe(410);
  expect((await request.get(`/v1/episodes/${withdrawn}`)).status()).toBe(410);
  await page.goto(`/?q=${word}`);
  await expect(page.getByRole("link", { name: /Keep the/ }).first()).toBeVisible();
  await expect(page.getByRole("link", { name: /Drop the/ })).toHaveCount(0);

  const patched = /^(\d+\.\d+\.\d+)/m.exec(await admin("snapshot", "patch", "1.0.0"))?.[1] ?? "";
  expect(patched).toBe("2.0.0");
  await admin("snapshot", "publish", patched);
  const ids = await releasedIds(request, patched);
  expect(ids).toContain(kept);
  expect(ids).not.toContain(withdrawn);
  const latest = (await (await request.get("/releases/latest.json")).json()) as { version: string };
  expect(latest.version).toBe(patched);
  const denied = (await (await request.get("/v1/deny-list")).json()) as { rows: { episode_id: string }[] };
  expect(denied.rows.map((row) => row.episode_id)).toContain(withdrawn);
});
