import { z } from "zod";
import { canonicalJson, type JsonValue, NotCanonical } from "#lib/domain/canonical-json.ts";
import { LIMITS } from "./limits.ts";
import {
  DISCLOSURES,
  EVENT_NAMES,
  LICENSES,
  OUTCOME_BASES,
  OUTCOME_STATUSES,
  REPOSITORY_VISIBILITIES,
  TOOL_KINDS,
} from "./lists.ts";

/** The schema id of version 2, the record that this project speaks. */
export const EPISODE_SCHEMA = "trace-share/episode/2";

/** 64 lower-case hex digits: a public id, a content hash, a session key or a slot. */
export const Hex64 = z.string().regex(/^[0-9a-f]{64}$/);
const Hex32 = z.string().regex(/^[0-9a-f]{32}$/);
const Text = z.string().refine(fitsStringLimit, { message: "string_too_long" });
const Short = z.string().min(1).max(200);
const Count = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const Timestamp = z.iso.datetime({ offset: true });

const CallId = z.string().min(1).max(200);
const Cut = z.strictObject({ kept: Count, of: Count });
const Tool = z.strictObject({ name: Short, kind: z.enum(TOOL_KINDS) });
const Arguments = z.custom<JsonValue>(isCanonicalJson);

/** One step of a session window. In a `summary` record a step carries its shape and `bytes`, no text (docs/DATASET.md). */
export const Step = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("user"),
    text: Text.optional(),
    bytes: Count.optional(),
    at: Timestamp.optional(),
  }),
  z.strictObject({
    kind: z.literal("assistant"),
    text: Text.optional(),
    thinking: Text.optional(),
    bytes: Count.optional(),
    at: Timestamp.optional(),
  }),
  z.strictObject({
    kind: z.literal("tool_call"),
    call: CallId,
    tool: Tool,
    args: Arguments.optional(),
    bytes: Count.optional(),
    at: Timestamp.optional(),
  }),
  z.strictObject({
    kind: z.literal("tool_result"),
    call: CallId,
    text: Text.optional(),
    exit_code: z.int().optional(),
    is_error: z.boolean().optional(),
    cut: Cut.optional(),
    bytes: Count.optional(),
    at: Timestamp.optional(),
  }),
  z.strictObject({
    kind: z.literal("event"),
    name: z.enum(EVENT_NAMES),
    text: Text.optional(),
    bytes: Count.optional(),
    at: Timestamp.optional(),
  }),
]);
export type Step = z.infer<typeof Step>;

/** What only the server may know: never hashed into the id, never on a page, in a file, an index, an export or a job. */
export const PrivatePart = z.strictObject({
  slot: Hex64,
  contributor_key: Hex64.optional(),
  signature: z.string().max(200).optional(),
  revocation_authority: Hex64.optional(),
  revocation_code_hash: Hex64.optional(),
});
export type PrivatePart = z.infer<typeof PrivatePart>;

const Outcome = z.strictObject({
  status: z.enum(OUTCOME_STATUSES),
  basis: z.enum(OUTCOME_BASES),
  exit_code: z.int().optional(),
  tests: z.strictObject({ passed: Count, failed: Count }).optional(),
  error_kinds: z.array(Short).max(50),
  result_preview: z.string().max(LIMITS.resultPreview).optional(),
});

/** Everything of a version 2 record but its identity and its private part. */
const shared = {
  schema: z.literal(EPISODE_SCHEMA),
  source: z.strictObject({
    tool: Short,
    namespace: Short.optional(),
    adapter: Short.optional(),
    agent_version: Short.optional(),
    model: Short.optional(),
    model_provider: Short.optional(),
  }),
  session: z.strictObject({
    key: Hex64,
    position: z.int().min(1).optional(),
    parent: z.strictObject({ key: Hex64, kind: z.enum(["subagent", "fork", "resume"]) }).optional(),
  }),
  time: z.strictObject({ start: Timestamp.optional(), end: Timestamp.optional() }),
  task: z.strictObject({
    prompt: Text.optional(),
    prompt_preview: z.string().max(LIMITS.promptPreview).optional(),
    languages: z.array(Short).max(50),
    tags: z.array(Short).max(50),
  }),
  steps: z.array(Step).max(LIMITS.steps),
  outcome: Outcome,
  usage: z
    .strictObject({
      input_tokens: Count.optional(),
      output_tokens: Count.optional(),
      cached_input_tokens: Count.optional(),
    })
    .optional(),
  counts: z.strictObject({
    steps: Count,
    turns: Count,
    tool_calls: Count,
    files_edited: Count,
    lines_added: Count,
    lines_removed: Count,
    duration_ms: Count.optional(),
  }),
  disclosure: z.enum(DISCLOSURES),
  redactions: z.strictObject({ total: Count, by_kind: z.record(Short, Count) }),
  sanitizer: z.strictObject({ rules_version: Short, policy: Short.optional(), scanner: Short.optional() }),
  rights: z.strictObject({
    license: z.enum(LICENSES),
    consent_version: Short,
    accepted_at: Timestamp,
    public_searchable: z.literal(true),
    trainable: z.literal(true),
    repository: z
      .strictObject({
        visibility: z.enum(REPOSITORY_VISIBILITIES),
        license: Short.optional(),
        basis: z.enum(["asserted", "remote"]).optional(),
      })
      .optional(),
  }),
};

/** A version 2 record without its identity: what a client fills in before `identify()` closes it. */
export const EpisodeDraft = z.strictObject(shared).superRefine(checkDisclosure);
export type EpisodeDraft = z.infer<typeof EpisodeDraft>;

/** A version 2 record as our own client sends it. Unknown fields are refused. */
export const EpisodeUpload = z
  .strictObject({ ...shared, id: Hex64, content_hash: Hex64, nonce: Hex32, private: PrivatePart.optional() })
  .superRefine(checkDisclosure);
export type EpisodeUpload = z.infer<typeof EpisodeUpload>;

/**
 * The one normalised record that the platform keeps of every episode, whatever version arrived. `id` is the public id.
 * `hash_basis` 1 marks a record of the older client, whose hash does not cover this form.
 */
export const EpisodeRecord = z
  .strictObject({
    ...shared,
    id: Hex64,
    content_hash: Hex64,
    nonce: Hex32.optional(),
    hash_basis: z.union([z.literal(1), z.literal(2)]),
  })
  .superRefine(checkDisclosure);
export type EpisodeRecord = z.infer<typeof EpisodeRecord>;

/** Keys that carry session text. A summary record may hold none of them (docs/DATASET.md, "Disclosure"). */
const TEXT_KEYS = ["text", "thinking", "args", "cut"] as const;

function checkDisclosure(
  record: {
    disclosure: string;
    task: { prompt?: unknown; prompt_preview?: unknown };
    steps: readonly object[];
    outcome: { result_preview?: unknown };
  },
  context: z.RefinementCtx,
): void {
  const refuse = (path: (string | number)[]) =>
    context.addIssue({ code: "custom", path, message: "disclosure_mismatch" });
  if (record.disclosure === "raw") {
    if (record.task.prompt_preview !== undefined) refuse(["task", "prompt_preview"]);
    if (record.outcome.result_preview !== undefined) refuse(["outcome", "result_preview"]);
    return;
  }
  if (record.task.prompt !== undefined) refuse(["task", "prompt"]);
  record.steps.forEach((step, index) => {
    for (const key of TEXT_KEYS) if (key in step) refuse(["steps", index, key]);
  });
}

/** Arguments that don't fit (null, odd numbers, broken text) are carried as a JSON string instead (docs/DATASET.md). */
function isCanonicalJson(value: unknown): boolean {
  try {
    canonicalJson(value as JsonValue); // it is the check itself that proves the type
    return !holdsNull(value);
  } catch (error) {
    if (error instanceof NotCanonical) return false;
    throw error;
  }
}

function holdsNull(value: unknown): boolean {
  if (value === null) return true;
  return typeof value === "object" && Object.values(value).some(holdsNull);
}

/** At most 256 KiB of UTF-8; a UTF-16 unit is at most three bytes, so most strings need no counting. */
export function fitsStringLimit(text: string): boolean {
  if (text.length * 3 <= LIMITS.stringBytes) return true;
  return text.length <= LIMITS.stringBytes && new TextEncoder().encode(text).length <= LIMITS.stringBytes;
}
