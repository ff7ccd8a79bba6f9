import { expect, it } from "vitest";
import { OPERATOR } from "#lib/domain/access/policy.ts";
import { auditLine, readAudit } from "#lib/domain/audit/export-lines.ts";
import { keepSigningKey } from "#workers/signing-key.ts";
import { exportAudit } from "./export-audit.ts";
import { hideEpisode } from "./moderate.ts";
import { testPlatform } from "./testing/platform.ts";
import { releaseTools } from "./testing/releases.ts";

async function* stream(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

it("exports every log with a digest that tells of any change, and notes that it was exported", async () => {
  const platform = await testPlatform({ working: false });
  try {
    const { deps } = platform;
    keepSigningKey(platform.signingKey);
    const [id = ""] = await releaseTools(platform).contribute([{ n: 1 }]);
    const moderator = await platform.person("mo@example.org", "moderator");
    await hideEpisode(deps, moderator, { episodeId: id, reason: "precaution" });
    for (const format of ["jsonl", "csv"] as const) {
      const lines = await Array.fromAsync(exportAudit(deps, OPERATOR, { format, filter: {} }));
      expect(lines.join("\n")).toContain("episode.hidden");
      expect(lines.join("\n")).toContain("role.grant.moderator");
      expect(lines.join("\n")).not.toContain("example.org");
      const whole = await readAudit(stream(lines));
      const head = format === "csv" ? 2 : 1;
      expect(whole).toMatchObject({ ok: true, end: { rows: lines.length - head } });
      expect(await readAudit(stream(lines.slice(0, -1)))).toEqual({ ok: false, code: "no_end" });
      expect(await readAudit(stream(lines.toSpliced(1, 1)))).toEqual({ ok: false, code: "digest" });
      expect(await readAudit(stream([...lines, "more"]))).toEqual({ ok: false, code: "goes_on" });
    }
    const filtered = exportAudit(deps, OPERATOR, {
      format: "jsonl",
      filter: { action: "episode.", actor: moderator.userId, since: new Date(0), until: new Date() },
    });
    const kept = (await Array.fromAsync(filtered)).slice(0, -1).map((line) => JSON.parse(line));
    expect(kept).toMatchObject([
      { log: "audit", action: "episode.hide", subject: id },
      { log: "episode", action: "episode.hidden", subject: id, from: "published", to: "hidden" },
    ]);
    const all = await Array.fromAsync(deps.store.audit.entries({ action: "audit.export" }));
    expect(all).toHaveLength(3);
    const none = exportAudit(deps, moderator, { format: "csv", filter: {} });
    await expect(none.next()).rejects.toMatchObject({ code: "forbidden" });
  } finally {
    await platform.close();
  }
});

it("makes text of what a spreadsheet would run, and quotes what would break a row", () => {
  const fields = { log: "audit", seq: 1, at: "2026", from: null, to: null };
  expect(auditLine("csv", { ...fields, actor: "=cmd()", action: 'a"b', subject: "x,y" })).toBe(
    `audit,1,2026,'=cmd(),"a""b","x,y",,`,
  );
  for (const start of ["+", "-", "@", "\t"]) {
    expect(auditLine("csv", { ...fields, actor: `${start}1`, action: "a", subject: null })).toContain(
      `,'${start}1,`,
    );
  }
});
