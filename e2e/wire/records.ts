import type { JsonValue } from "#lib/domain/canonical-json.ts";
import { blake3Hex } from "#lib/domain/hash.ts";
import { episodeId, identify } from "#lib/domain/episode/identity.ts";
import type { EpisodeDraft, EpisodeUpload } from "#lib/domain/episode/schema.ts";
import { hashV1 } from "#lib/domain/episode/schema-v1.ts";
import { sampleRecord } from "#lib/services/testing/records.ts";

export type RecordV1 = Record<string, JsonValue> & { id: string; content_hash: string };

/**
 * A record as the older client's `publish` sends it: nulls for what is absent, tool names as often as they were used, and a
 * hash that can be recomputed. `hashOf` is what the client hashed, where that is not what it sends (`run`, `--namespace`).
 */
export function recordV1(
  word: string,
  change: Record<string, JsonValue> = {},
  hashOf: Record<string, JsonValue> = {},
): RecordV1 {
  const sent: Record<string, JsonValue> = {
    source_tool: "codex_cli",
    session_id: blake3Hex(`session of ${word}`),
    ts_start: "2026-02-25T09:51:59.245+00:00",
    ts_end: "2026-02-25T09:53:22.245678901+00:00",
    prompt: `Fix the flaky ${word} test`,
    context: "",
    result: `The ${word} test passes.`,
    trace: [
      {
        role: "user",
        content: `Fix the flaky ${word} test`,
        name: null,
        ts: "2026-02-25T09:51:59.245+00:00",
      },
      { role: "assistant", content: "I will run it.", name: null, ts: null },
      { role: "tool", content: `test ${word} ... ok`, name: "shell", ts: "2026-02-25T09:52:30+00:00" },
      { role: "tool", content: "2 passed", name: "shell", ts: "2026-02-25T09:53:00+00:00" },
    ],
    outcome: { success: true, signals: { tests_passed: null, exit_code: 0, lint_fixed: null } },
    meta: {
      lang: null,
      tool_names: ["shell", "shell"],
      error_types: [],
      repo_fingerprint: null,
      os: "linux",
      editor: null,
      raw_content_included: false,
    },
    consent: {
      accepted_at: "2026-02-25T09:00:00.000000001+00:00",
      consent_version: "2026-02-25",
      public_searchable: true,
      trainable: true,
    },
    license: "CC0-1.0",
    policy_version: "policy-v1",
    sanitizer_version: "sanitizer-v1",
    ...change,
  };
  const content_hash = hashV1({ ...sent, ...hashOf });
  return { id: episodeId(content_hash), content_hash, ...sent };
}

/** A record of our own client that holds the word, closed anew after a change of its content. */
export function recordV2(
  word: string,
  change: Partial<EpisodeDraft> = {},
  options: { disclosure?: "raw" | "summary"; contributor?: string } = {},
): EpisodeUpload {
  const contributor = options.contributor ?? `contributor ${word}`;
  const {
    id: _id,
    content_hash: _hash,
    nonce: _nonce,
    private: privatePart,
    ...draft
  } = sampleRecord({
    contributor,
    session: `session ${word}`,
    prompt: `Fix the flaky ${word} test`,
    ...(options.disclosure ? { disclosure: options.disclosure } : {}),
  });
  return identify({ ...draft, ...change }, contributor, privatePart);
}

/** So many user steps that hold the word. */
export function stepsV2(word: string, count: number): EpisodeDraft["steps"] {
  return Array.from({ length: count }, (_, index) => ({ kind: "user", text: `${word} ${index % 7}` }));
}
