import { canonicalJson, type JsonValue } from "#lib/domain/canonical-json.ts";
import { LIMITS } from "#lib/domain/episode/limits.ts";
import { EpisodeRecord } from "#lib/domain/episode/schema.ts";
import { AppError } from "#lib/domain/errors.ts";
import { sha256Hex } from "#lib/domain/hash.ts";
import type { Deps } from "#lib/ports/deps.ts";
import type { Episode } from "#lib/ports/episodes.ts";

/** Escapes can make a stored record longer than the text that arrived; this bounds what we decompress of our own. */
const MAX_STORED_BYTES = LIMITS.recordBytes * 4;

/** Where an episode's body lives in the object store. Derived from the public id alone. */
export function bodyKey(publicId: string): string {
  return `episodes/${publicId.slice(0, 2)}/${publicId}.json.zst`;
}

/** The compressed canonical form of a record, and the digest of the compressed bytes. */
export async function encodeBody(
  deps: Deps,
  record: EpisodeRecord,
): Promise<{ body: Uint8Array; sha256: string }> {
  // a parsed record is JSON; keys with an undefined value count as absent
  const text = canonicalJson(JSON.parse(JSON.stringify(record)) as JsonValue);
  const body = await deps.codec.compress(new TextEncoder().encode(text));
  return { body, sha256: sha256Hex(body) };
}

/**
 * The stored record of an episode, from the object store or, until a job has moved it, from staging. Bytes that don't match
 * their digest are never handed out: `unavailable`.
 */
export async function readRecord(deps: Deps, episode: Episode): Promise<EpisodeRecord> {
  const body = await readBody(deps, episode);
  const bytes = await deps.codec.decompress(body, MAX_STORED_BYTES);
  const parsed = EpisodeRecord.safeParse(JSON.parse(new TextDecoder().decode(bytes)));
  if (!parsed.success) throw new AppError("unavailable", { detail: "The stored record can't be read." });
  return parsed.data;
}

async function readBody(deps: Deps, episode: Episode): Promise<Uint8Array> {
  const stored = await storedBody(deps, episode).catch((fault: unknown) => ({ fault }));
  if (stored instanceof Uint8Array) return stored;
  // the staged copy outlives the move for a while, and is as good where the store is away or lost the object
  const body = (await stagedBody(deps, episode)) ?? (stored ? null : await movedBody(deps, episode));
  if (body) return body;
  if (stored) throw stored.fault;
  throw new AppError("unavailable", { detail: "The episode's body is missing or damaged." });
}

async function storedBody(deps: Deps, { object }: Episode): Promise<Uint8Array | null> {
  const bytes = object ? await deps.objects.get(object.key) : null;
  return bytes && sha256Hex(bytes) === object?.sha256 ? bytes : null;
}

async function stagedBody(deps: Deps, { id }: Episode): Promise<Uint8Array | null> {
  const staged = await deps.store.staging.get(id);
  return staged && sha256Hex(staged.body) === staged.sha256 ? staged.body : null;
}

/** A job may move the body between the two looks; the row that it wrote says where to. */
async function movedBody(deps: Deps, { id }: Episode): Promise<Uint8Array | null> {
  const fresh = await deps.store.episodes.byId(id);
  return fresh ? storedBody(deps, fresh) : null;
}
