import type { Actor } from "#lib/domain/access/policy.ts";
import { episodeId } from "#lib/domain/episode/identity.ts";
import { LIMITS } from "#lib/domain/episode/limits.ts";
import { AppError, isAppError } from "#lib/domain/errors.ts";
import { sha256Hex } from "#lib/domain/hash.ts";
import type { CompleteRequest, PresignRequest } from "#lib/domain/wire/messages.ts";
import type { Deps } from "#lib/ports/deps.ts";
import type { UploadGrant } from "#lib/ports/episodes.ts";
import { accountOf, authorise } from "./authorise.ts";
import { type Ingested, ingest, receiptOf } from "./ingest.ts";

const GRANT_SECONDS = 15 * 60;

/**
 * A capability for one upload of one body, good for 15 minutes. Its URL is on our own origin: the older client names neither
 * size nor digest, so a store's signed URL could not bound what arrives (wire-protocol.md 0.2).
 */
export async function presignUpload(
  deps: Deps,
  actor: Actor,
  input: PresignRequest,
): Promise<{ upload_url: string; object_key: string; headers: Record<string, string> }> {
  authorise(actor, "episode.upload");
  if (input.episode_id !== episodeId(input.content_hash)) {
    throw new AppError("id_mismatch", { faults: [{ code: "id_mismatch", path: "$.episode_id" }] });
  }
  const capability = deps.ids.hex(32);
  const objectKey = `uploads/${deps.ids.hex(16)}.json`;
  await deps.store.uploads.insert({
    capabilityHash: sha256Hex(capability),
    objectKey,
    account: accountOf(actor),
    tokenId: actor.kind === "user" && actor.via === "token" ? actor.tokenId : null,
    declaredId: input.episode_id,
    contentHash: input.content_hash,
    expiresAt: new Date(deps.clock.now().getTime() + GRANT_SECONDS * 1_000),
    body: null,
    bodySha256: null,
  });
  return {
    upload_url: new URL(`/v1/uploads/${capability}`, deps.rules.publicUrl).href,
    object_key: objectKey,
    headers: { "content-type": "application/json" },
  };
}

/** Takes the body of a grant. The same bytes again are fine; other bytes are a conflict. */
export async function putUpload(deps: Deps, input: { capability: string; bytes: Uint8Array }): Promise<void> {
  if (input.bytes.length > LIMITS.recordBytes) throw new AppError("body_too_large");
  const capabilityHash = sha256Hex(input.capability);
  const digest = sha256Hex(input.bytes);
  await deps.store.transaction(async (tx) => {
    const grant = await tx.uploads.lockByCapability(capabilityHash);
    if (!grant) throw new AppError("not_found");
    refuseExpired(deps, grant);
    if (grant.bodySha256 !== null) {
      if (grant.bodySha256 === digest) return;
      throw new AppError("upload_conflict", { detail: "Another body was uploaded to this URL before." });
    }
    await tx.uploads.setBody(capabilityHash, input.bytes, digest);
  });
}

/** Accepts the uploaded body as if it had been posted. A refused body is dropped, never kept. */
export async function completeUpload(deps: Deps, actor: Actor, input: CompleteRequest): Promise<Ingested> {
  authorise(actor, "episode.upload");
  const account = accountOf(actor);
  const grant = await deps.store.transaction((tx) => tx.uploads.lockByObjectKey(account, input.object_key));
  if (!grant) throw new AppError("not_found");
  if (grant.declaredId !== input.episode_id || grant.contentHash !== input.content_hash) {
    throw new AppError("upload_conflict", { detail: "This upload was announced for another episode." });
  }
  if (grant.bodySha256 === null) {
    refuseExpired(deps, grant);
    throw new AppError("upload_incomplete", { detail: "Upload the body first, then complete." });
  }
  const bytes = grant.body;
  if (bytes === null) return repeatedReceipt(deps, account, grant);
  const done = await attempt(() => ingest(deps, actor, { bytes, announced: grant }));
  if (done.ok || !isPassing(done.error)) await deps.store.uploads.dropBody(grant.capabilityHash);
  if (!done.ok) throw done.error;
  return done.value;
}

/** After completion the body is gone: the receipt is made from the row that it became. */
async function repeatedReceipt(deps: Deps, account: string, grant: UploadGrant): Promise<Ingested> {
  const episode = await deps.store.episodes.byDeclaredId(account, grant.declaredId);
  if (!episode || episode.receivedSha256 !== grant.bodySha256) {
    throw new AppError("upload_conflict", {
      detail: "The uploaded body was refused. Presign and upload it anew.",
    });
  }
  return { receipt: receiptOf(episode, []), created: false };
}

async function attempt<T>(
  work: () => Promise<T>,
): Promise<{ ok: true; value: T } | { ok: false; error: unknown }> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    return { ok: false, error };
  }
}

/** A fault of the moment keeps the body, so that the client can complete again; a refusal does not. */
function isPassing(error: unknown): boolean {
  return !isAppError(error) || ["unavailable", "storage_full", "paused"].includes(error.code);
}

function refuseExpired(deps: Deps, grant: UploadGrant): void {
  if (grant.expiresAt <= deps.clock.now()) throw new AppError("upload_expired");
}
