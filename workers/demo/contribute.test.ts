import { afterEach, describe, expect, test, vi } from "vitest";
import { contribute } from "./contribute.ts";

const written = () => {
  const lines: string[] = [];
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    lines.push(String(text));
    return true;
  });
  return lines;
};
const cli = (json: Record<string, unknown>) => async () => ({ exitCode: 1, json });

afterEach(() => vi.restoreAllMocks());

describe("what the demo tells of a contribution", () => {
  test("counts what the platform did not know apart from what it knew", async () => {
    const lines = written();
    const episodes = [{ id: "a", new: true }, { id: "b", new: false }, { id: "c" }];
    await contribute({
      cli: cli({ counters: { uploaded_docs: 2, skipped_existing_docs: 1 }, episodes }),
    });
    expect(lines.join("")).toContain("1 uploaded over HTTP, 2 there before");
  });

  test("names what was refused, here and by the platform, with rule and place", async () => {
    const lines = written();
    const findings = [{ rule: "github-token", path: "$.task.prompt" }];
    const refused = [{ file: "~/.codex/s.jsonl", prompt: 2, code: "sanitizer_finding", findings }];
    const episodes = [{ id: "0123456789abcdef", refusal: { status: 422, code: "schema_invalid" } }];
    await contribute({ cli: cli({ refused, episodes }) });
    expect(lines.join("")).toContain(
      "~/.codex/s.jsonl prompt 2: sanitizer_finding, github-token at $.task.prompt",
    );
    expect(lines.join("")).toContain("refused by the platform: 0123456789ab: 422 schema_invalid");
  });

  test("fails when the upload stopped before its end", async () => {
    written();
    const json = { error: { code: "no_answer", message: "The platform gave no answer." } };
    await expect(contribute({ cli: cli(json) })).rejects.toThrow(
      "the upload stopped: The platform gave no answer.",
    );
  });
});
