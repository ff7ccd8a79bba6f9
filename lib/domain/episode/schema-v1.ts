import { z } from "zod";
import { blake3Hex } from "#lib/domain/hash.ts";
import { canonicalJson, type JsonValue } from "#lib/domain/canonical-json.ts";
import { LIMITS } from "./limits.ts";
import { LICENSES } from "./lists.ts";
import { fitsStringLimit, Hex64 } from "./schema.ts";

const Text = z.string().refine(fitsStringLimit, { message: "string_too_long" });
const Short = z.string().max(200);
const Timestamp = z.iso.datetime({ offset: true });

const StepV1 = z.object({
  role: z.enum(["user", "assistant", "tool", "system"]),
  content: Text,
  name: Short.nullish(),
  ts: Timestamp.nullish(),
});

/** The record of the older client (docs/DATASET.md, "Version 1"). Unknown keys are dropped; the answer names them. */
export const EpisodeV1 = z.object({
  id: Hex64,
  source_tool: Short.min(1),
  session_id: z.string().min(1).max(500),
  ts_start: Timestamp,
  ts_end: Timestamp,
  prompt: Text,
  context: Text.nullish(),
  result: Text,
  trace: z.array(StepV1).max(LIMITS.steps),
  outcome: z.object({
    success: z.boolean(),
    signals: z
      .object({
        tests_passed: z.boolean().nullish(),
        exit_code: z.int().nullish(),
        lint_fixed: z.boolean().nullish(),
      })
      .nullish(),
  }),
  meta: z.object({
    lang: Short.nullish(),
    tool_names: z.array(Short).max(LIMITS.steps).default([]),
    error_types: z.array(Short).max(1_000).default([]),
    repo_fingerprint: Short.nullish(),
    os: Short.nullish(),
    editor: Short.nullish(),
    raw_content_included: z.boolean().default(false),
  }),
  consent: z.object({
    accepted_at: Timestamp,
    consent_version: Short.min(1),
    public_searchable: z.literal(true),
    trainable: z.literal(true),
  }),
  license: z.enum(LICENSES),
  policy_version: Short,
  sanitizer_version: Short,
  content_hash: Hex64,
});
export type EpisodeV1 = z.infer<typeof EpisodeV1>;

const NAMESPACE = /^[^:]+:/;

/**
 * Can the older client's hash be recomputed from what it sent? It hashes seven keys before it renames the session and may
 * prefix the tool's name after hashing, so both spellings are tried; a mismatch is a fact about the record, not an error.
 */
export function verifiesV1(received: Record<string, JsonValue>, contentHash: string): boolean {
  const tool = received["source_tool"];
  const names =
    typeof tool === "string" && NAMESPACE.test(tool) ? [tool, tool.replace(NAMESPACE, "")] : [tool];
  return names.some((name) => hashV1({ ...received, source_tool: name ?? null }) === contentHash);
}

/** BLAKE3 of the older client's JSON: seven keys, all objects in key order, nulls kept, no spaces. */
export function hashV1(received: Record<string, JsonValue>): string {
  const keys = ["prompt", "result", "session_id", "source_tool", "trace", "ts_end", "ts_start"];
  return blake3Hex(canonicalJson(Object.fromEntries(keys.map((key) => [key, received[key] ?? null]))));
}
