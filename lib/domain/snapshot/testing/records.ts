import { EPISODE_SCHEMA, EpisodeDraft, EpisodeRecord, type Step } from "#lib/domain/episode/schema.ts";
import { contentHash, episodeId } from "#lib/domain/episode/identity.ts";
import { blake3Hex } from "#lib/domain/hash.ts";
import type { SnapshotRecord } from "#lib/domain/snapshot/build-rows.ts";

/** What a sample record is to be like. Equal options give equal records. */
export type SampleOptions = {
  /** Makes the words of the record differ. */
  n: number;
  disclosure?: "raw" | "summary";
  /** Names the session; by default every record has its own. */
  session?: string;
  /** RFC 3339 start of the session window. */
  start?: string;
  license?: "CC0-1.0" | "CC-BY-4.0";
  /** Rounds of call and result. */
  rounds?: number;
  /** Characters of each result. */
  resultSize?: number;
  /** Whose record it is: the nonce follows from it. */
  account?: string;
  consentVersion?: string;
  rulesVersion?: string;
};

/** A schema-true version 2 record, made by the rules of identity. */
export function sampleRecord(options: SampleOptions): EpisodeRecord {
  const { n, disclosure = "raw", session = `session-${n}`, rounds = 1 } = options;
  const start = options.start ?? "2026-03-04T05:06:07.890Z";
  const raw = disclosure === "raw";
  const steps = sampleSteps({ ...options, rounds, start }).map((step) => (raw ? step : shapeOf(step)));
  const draft = EpisodeDraft.parse({
    schema: EPISODE_SCHEMA,
    source: { tool: "codex_cli", adapter: "codex_cli@1", model: "sample-model" },
    session: { key: blake3Hex(session), position: 1 },
    time: { start, end: start },
    task: {
      ...(raw ? { prompt: promptOf(n) } : { prompt_preview: promptOf(n) }),
      languages: ["rust"],
      tags: [],
    },
    steps,
    outcome: {
      status: "success",
      basis: "exit_code",
      exit_code: 0,
      error_kinds: [],
      ...(raw ? {} : { result_preview: answerOf(n) }),
    },
    counts: {
      steps: steps.length,
      turns: 1,
      tool_calls: rounds,
      files_edited: 0,
      lines_added: 0,
      lines_removed: 0,
      duration_ms: 1_000 + n,
    },
    disclosure,
    redactions: { total: 0, by_kind: {} },
    sanitizer: { rules_version: options.rulesVersion ?? "rules-1" },
    rights: {
      license: options.license ?? "CC0-1.0",
      consent_version: options.consentVersion ?? "consent-1",
      accepted_at: "2026-01-01T00:00:00Z",
      public_searchable: true,
      trainable: true,
    },
  });
  const nonce = blake3Hex(`nonce|${n}|${session}|${options.account ?? ""}`).slice(0, 32);
  const content_hash = contentHash({ ...draft, nonce });
  return EpisodeRecord.parse({ ...draft, nonce, content_hash, id: episodeId(content_hash), hash_basis: 2 });
}

/** A record with what a store knows of it. */
export function sampleSource(options: SampleOptions): SnapshotRecord {
  const record = sampleRecord(options);
  return {
    record,
    account: options.account ?? "account-1",
    groupRoot: options.session ?? `session-${options.n}`,
    verified: true,
    attributed: true,
    order: options.n,
  };
}

function promptOf(n: number): string {
  return `Fix the failing test number ${n}`;
}

function answerOf(n: number): string {
  return `Test ${n} passes now.`;
}

function sampleSteps(options: SampleOptions & { rounds: number; start: string }): Step[] {
  const { n, rounds, start, resultSize = 40 } = options;
  const at = (seconds: number) => new Date(Date.parse(start) + seconds * 1_000).toISOString();
  const steps: Step[] = [{ kind: "user", text: promptOf(n), at: at(0) }];
  for (let round = 1; round <= rounds; round += 1) {
    const text = `round ${round} of ${n}: `.padEnd(resultSize, "the quick brown fox ");
    steps.push(
      { kind: "assistant", text: `Running the tests, round ${round}.`, at: at(round) },
      {
        kind: "tool_call",
        call: `c${round}`,
        tool: { name: "shell", kind: "shell" },
        args: { command: ["cargo", "test", `t${n}`] },
        at: at(round),
      },
      { kind: "tool_result", call: `c${round}`, text, exit_code: 0, is_error: false, at: at(round) },
    );
  }
  return [...steps, { kind: "assistant", text: answerOf(n), at: at(rounds + 1) }];
}

/** A step as a summary record carries it: shape and size, no words. */
function shapeOf(step: Step): Step {
  switch (step.kind) {
    case "user":
    case "assistant":
      return { kind: step.kind, bytes: step.text?.length ?? 0 };
    case "tool_call":
      return { kind: step.kind, call: step.call, tool: step.tool };
    case "tool_result":
      return {
        kind: step.kind,
        call: step.call,
        exit_code: 0,
        is_error: false,
        bytes: step.text?.length ?? 0,
      };
    case "event":
      return { kind: step.kind, name: step.name };
  }
}
