import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { AdmittedEpisode } from "#lib/domain/gate.ts";
import { toldBy } from "#lib/domain/episode/identity.ts";
import { isAffirmed } from "#lib/domain/episode/repository-rights.ts";
import { LIMITS } from "#lib/domain/episode/limits.ts";
import { previewOf } from "#lib/domain/episode/preview.ts";

declare const sealed: unique symbol;
/**
 * An admitted episode as the bytes that leave, with the facts that review and state need. Only `seal()` makes one, and only
 * from an admitted episode; a long body is kept compressed.
 */
export type SealedEpisode = EpisodeFacts & {
  readonly [sealed]: true;
  body: Uint8Array;
  encoding: "zstd" | "identity";
};

export type EpisodeFacts = {
  id: string;
  contentHash: string;
  /** What it tells, whoever else read it (`toldBy`). */
  told: string;
  slot: string;
  source: string;
  /** Key of its session, the same for all its windows. */
  session: string;
  disclosure: "summary" | "raw";
  /** Whether the record affirms the right to publish from its repository: without it nothing is sent. */
  affirmed: boolean;
  position: number | undefined;
  /** Start of the window as the log has it. */
  start: string | undefined;
  preview: string;
  steps: number;
  toolCalls: number;
  redactions: { total: number; byKind: Record<string, number> };
  /** Bytes of the record as JSON: what counts against limits. */
  bytes: number;
  /** Where these bytes are. */
  sizes: Record<string, number>;
};

/** Below this many bytes compression costs more than it gains: bodies go to a file or, many together and compressed, onto the wire. */
const COMPRESS_FROM = 16 * 1024;
const PREVIEW = 80;

export type Sealing = { ok: true; episode: SealedEpisode } | { ok: false; code: "body_too_large" };

/** Turns an admitted episode into what is sent. Refuses one that no platform would take for its size. */
export function seal(episode: AdmittedEpisode, salt: string): Sealing {
  const json = Buffer.from(JSON.stringify(episode), "utf8");
  if (json.length > LIMITS.recordBytes) return { ok: false, code: "body_too_large" };
  const compress = json.length > COMPRESS_FROM;
  const facts: EpisodeFacts & Pick<SealedEpisode, "body" | "encoding"> = {
    id: episode.id,
    contentHash: episode.content_hash,
    told: toldBy(episode, salt),
    // admit() always states the slot; without one the platform refuses the record
    slot: episode.private?.slot ?? "",
    source: episode.source.tool,
    session: episode.session.key,
    disclosure: episode.disclosure,
    affirmed: isAffirmed(episode.rights.repository),
    position: episode.session.position,
    start: episode.time.start,
    preview: previewOf(episode.task.prompt ?? episode.task.prompt_preview ?? "", PREVIEW),
    steps: episode.steps.length,
    toolCalls: episode.counts.tool_calls,
    redactions: { total: episode.redactions.total, byKind: episode.redactions.by_kind },
    bytes: json.length,
    sizes: sizesOf(episode, json.length),
    body: compress ? zstdCompressSync(json) : json,
    encoding: compress ? "zstd" : "identity",
  };
  // the brand exists at compile time only: this function is its one maker
  return { ok: true, episode: facts as SealedEpisode };
}

/** The record as JSON text, exactly as the platform will read it. */
export function unseal(episode: SealedEpisode): string {
  return new TextDecoder().decode(unsealBytes(episode));
}

/** The same as bytes. */
export function unsealBytes({ body, encoding }: Pick<SealedEpisode, "body" | "encoding">): Uint8Array {
  return encoding === "zstd" ? zstdDecompressSync(body) : body;
}

function sizesOf(episode: AdmittedEpisode, total: number): Record<string, number> {
  const sizes: Record<string, number> = { task: bytesOf(episode.task) };
  for (const step of episode.steps) sizes[step.kind] = (sizes[step.kind] ?? 0) + bytesOf(step);
  const named = Object.values(sizes).reduce((sum, bytes) => sum + bytes, 0);
  return { ...sizes, rest: Math.max(0, total - named) };
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value), "utf8");
}
