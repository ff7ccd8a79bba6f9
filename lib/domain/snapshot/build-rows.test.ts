import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { releaseLabels } from "#lib/domain/episode/public-form.ts";
import { buildRows, type BuildSettings, emptyFiles, type SnapshotRecord } from "./build-rows.ts";
import { runningDigest } from "./digests.ts";
import { removalPlan, rowId, scrubLines } from "./scrub.ts";
import { groupName, splitOf } from "./split.ts";
import { sampleSource } from "./testing/records.ts";

const settings: BuildSettings = {
  split: { rule: "session-group-v2", seed: "trace-share-split-v2" },
  known: { consentVersions: ["consent-1"], rulesVersions: ["rules-1"] },
  labelsOf: ({ record, account }) =>
    releaseLabels("0".repeat(64), { sessionKey: record.session.key, contributor: account }),
};

/** Two of the four sessions are validation for the first account, so that properties meet both sides. */
const anyRecords: fc.Arbitrary<SnapshotRecord[]> = fc
  .uniqueArray(
    fc.record({
      n: fc.nat(30),
      session: fc.constantFrom("session-1", "session-2", "session-80", "session-117"),
      account: fc.constantFrom("account-1", "account-2"),
      disclosure: fc.constantFrom("raw" as const, "summary" as const),
    }),
    { selector: ({ n, session, account }) => `${n}|${session}|${account}`, maxLength: 14 },
  )
  .map((list) => list.map(sampleSource));

describe("a snapshot of records", () => {
  it("has equal content digests whatever the order of its input", () => {
    fc.assert(
      fc.property(anyRecords, fc.infiniteStream(fc.nat()), (records, keys) => {
        const shuffled = records
          .map((value) => ({ value, key: Number(keys.next().value) }))
          .sort((a, b) => a.key - b.key)
          .map(({ value }) => value);
        const [one, other] = [buildRows(records, settings), buildRows(shuffled, settings)];
        expect(other.contentSha256).toEqual(one.contentSha256);
        expect(other.membersDigest).toBe(one.membersDigest);
        expect(other.excluded).toEqual(one.excluded);
        expect(other.counts).toEqual(one.counts);
      }),
      { numRuns: 40 },
    );
  });

  it("keeps a group on exactly one side", () => {
    fc.assert(
      fc.property(anyRecords, (records) => {
        const { members } = buildRows(records, settings);
        const groups = new Map(
          records.map((source) => [source.record.id, groupName(source.account, source.groupRoot)]),
        );
        const sides = new Map<string | undefined, string>();
        for (const { id, split } of members) {
          const group = groups.get(id);
          expect(sides.get(group) ?? split).toBe(split);
          sides.set(group, split);
        }
      }),
      { numRuns: 40 },
    );
  });

  it("minus withdrawn ids is the scrubbed one, byte for byte, and no record moves", async () => {
    await fc.assert(
      fc.asyncProperty(anyRecords, fc.nat(), async (records, mask) => {
        const base = buildRows(records, settings);
        const isRemoved = (id: string) => (Number.parseInt(id.slice(0, 2), 16) & mask & 3) !== 0;
        const { members, removed } = removalPlan(base.members, (id) => !isRemoved(id));
        const kept = new Set(members.map(({ id }) => id));
        const patched = buildRows(
          records.filter(({ record }) => kept.has(record.id)),
          settings,
        );
        expect(patched.members).toEqual(members);
        expect(kept.size + removed.length).toBe(base.members.length);
        const scrubbed = emptyFiles(() => runningDigest());
        for (const file of [
          "train.jsonl.zst",
          "val.jsonl.zst",
          "sft.jsonl.zst",
          "tooltrace.jsonl.zst",
        ] as const) {
          for await (const line of scrubLines(base.lines[file], isRemoved)) scrubbed[file].add(`${line}\n`);
          expect(scrubbed[file].hex()).toBe(patched.contentSha256[file]);
        }
      }),
      { numRuns: 40 },
    );
  });

  it("makes derived rows from raw records of train only", () => {
    fc.assert(
      fc.property(anyRecords, (records) => {
        const { lines, members } = buildRows(records, settings);
        const train = new Set(members.flatMap(({ id, split }) => (split === "train" ? [id] : [])));
        const raw = new Set(
          records.flatMap(({ record }) => (record.disclosure === "raw" ? [record.id] : [])),
        );
        for (const line of [...lines["sft.jsonl.zst"], ...lines["tooltrace.jsonl.zst"]]) {
          const id = rowId(line) ?? "";
          expect(train.has(id) && raw.has(id)).toBe(true);
        }
      }),
      { numRuns: 40 },
    );
  });

  it("lets no account, session key, nonce or exact time into its bytes", () => {
    const records = Array.from({ length: 40 }, (_, n) =>
      sampleSource({
        n,
        session: `session-${n % 7}`,
        account: `account-${n % 3}`,
        start: "2026-03-04T05:06:07.891Z",
      }),
    );
    const bytes = Object.values(buildRows(records, settings).lines).flat().join("\n");
    for (const { record, account } of records) {
      expect(bytes).not.toContain(record.session.key);
      expect(bytes).not.toContain(record.nonce ?? "absent");
      expect(bytes).not.toContain(account);
    }
    expect(bytes).not.toMatch(/05:06|T05|2026-01-01T/);
    expect(bytes.length).toBeGreaterThan(10_000);
  });

  it("counts what it leaves out, and names no value in its counts that a record made up", () => {
    const made = sampleSource({ n: 1 });
    made.record.task.languages = ["rust", "Internal-Project-Lang"];
    const twice = sampleSource({ n: 1, session: "again", account: "account-2" });
    twice.record.task.languages = made.record.task.languages;
    const { excluded, counts } = buildRows([made, twice], settings);
    expect(excluded).toEqual({ duplicate_record: 1 });
    expect(counts.language).toEqual({ other: 1, rust: 1 });
    expect(counts.consent_version).toEqual({ "consent-1": 1 });
  });

  it("takes a record that is given twice once", () => {
    const source = sampleSource({ n: 1 });
    const { lines, members } = buildRows([source, source], settings);
    expect(members).toHaveLength(1);
    expect(lines["train.jsonl.zst"]).toHaveLength(1);
  });

  it("splits by episode under the older rule", () => {
    const records = Array.from({ length: 400 }, (_, n) => sampleSource({ n, session: "one" }));
    const older = { rule: "episode-hash-v1", seed: "another seed" } as const;
    const { members } = buildRows(records, { ...settings, split: older });
    expect(new Set(members.map(({ split }) => split))).toEqual(new Set(["train", "val"]));
    for (const { id, split } of members) expect(split).toBe(splitOf(id, older.seed, older.rule));
  });
});
