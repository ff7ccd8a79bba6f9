import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { OPERATOR } from "#lib/domain/access/policy.ts";
import { AppError } from "#lib/domain/errors.ts";
import { type BatchItem, type BatchResult, ingestBatch } from "./ingest-batch.ts";
import { setPaused } from "./pause.ts";
import { type TestPlatform, testPlatform } from "./testing/platform.ts";
import { bytesOf, sampleRecord } from "./testing/records.ts";

let platform: TestPlatform;
beforeAll(async () => {
  platform = await testPlatform({ working: false });
});
afterAll(() => platform.close());

/** Records one after the other, with what is done before each is read from the batch. */
async function* itemsOf(
  records: readonly unknown[],
  before: (index: number) => Promise<void> = async () => {},
): AsyncGenerator<BatchItem> {
  for (const [index, record] of records.entries()) {
    await before(index);
    yield record instanceof AppError ? { ok: false, error: record } : { ok: true, bytes: bytesOf(record) };
  }
}

const free = async () => {};
const said = (result: BatchResult) =>
  result.ok
    ? result.ingested.created
      ? "new"
      : "again"
    : result.error instanceof AppError
      ? result.error.code
      : "other";

async function all(results: AsyncIterable<BatchResult>): Promise<string[]> {
  const made: string[] = [];
  for await (const result of results) made.push(said(result));
  return made;
}

const records = (contributor: string) =>
  [1, 2, 3].map((ordinal) => sampleRecord({ contributor, ordinal, prompt: `Prompt ${ordinal}` }));

describe("a batch of records", () => {
  it("takes each by itself: one is new, one known, one refused, one unreadable", async () => {
    const actor = await platform.uploader("batch@example.org");
    const [one, two] = records("batch");
    const items = itemsOf([one, one, { a: 1 }, new AppError("body_too_large"), two]);
    const results = await ingestBatch(platform.deps, actor, { items, count: free });
    expect(await all(results)).toEqual(["new", "again", "consent_missing", "body_too_large", "new"]);
  });

  it("ends where nobody reads the results any more, and the same batch goes on from there", async () => {
    const actor = await platform.uploader("gone@example.org");
    const sent = records("gone");
    const first = await ingestBatch(platform.deps, actor, { items: itemsOf(sent), count: free });
    await first.next();
    await first.return(undefined);
    const rest = await ingestBatch(platform.deps, actor, { items: itemsOf(sent), count: free });
    expect(await all(rest)).toEqual(["again", "new", "new"]);
  });

  it("asks before each record whether one more may come, and goes on after a no", async () => {
    const actor = await platform.uploader("limit@example.org");
    let asked = 0;
    const count = async () => {
      asked += 1;
      if (asked === 2) throw new AppError("rate_limited");
    };
    const results = await ingestBatch(platform.deps, actor, { items: itemsOf(records("limit")), count });
    expect(await all(results)).toEqual(["new", "rate_limited", "new"]);
  });

  it("is refused whole while the instance is paused, and record by record from when it is paused", async () => {
    const actor = await platform.uploader("pause@example.org");
    const pause = async (index: number) => {
      if (index === 1) await setPaused(platform.deps, OPERATOR, { paused: true });
    };
    try {
      const begun = await ingestBatch(platform.deps, actor, {
        items: itemsOf(records("pause"), pause),
        count: free,
      });
      expect(await all(begun)).toEqual(["new", "paused", "paused"]);
      const more = ingestBatch(platform.deps, actor, { items: itemsOf(records("pause")), count: free });
      await expect(more).rejects.toMatchObject({ code: "paused" });
    } finally {
      await setPaused(platform.deps, OPERATOR, { paused: false });
    }
  });
});
