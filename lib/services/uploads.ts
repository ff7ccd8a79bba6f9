import type { Actor } from "#lib/domain/access/policy.ts";
import { episodeId } from "#lib/domain/episode/identity.ts";
import { LIMITS } from "#lib/domain/episode/limits.ts";
import { AppError, isAppError } from "#lib/domain/errors.ts";
import { sha256Hex } from "#lib/domain/hash.ts";
import type { CompleteRequest, PresignRequest } from "#lib/domain/wire/messages.ts";
import type { Deps } from "#lib/ports/deps.ts";
import type { UploadGrant } from "#lib/ports/episodes.ts";
import { accountOf, authorise } from "./authorise.ts";
import { incomingKey, readIncoming, signIncoming } from "./incoming.ts";
import { type Ingested, ingest, receiptOf } from "./ingest.ts";
import { demandRunning } from "./pause.ts";
import { demandStagingRoom } from "./staging-room.ts";

const GRANT_SECONDS = 15 * 60;

type Presigned = { upload_url: string; object_key: string; headers: Record<string, string> };

/**
 * A capability for one upload of one body; it can be completed within 15 minutes. Who announces size and digest gets an address of the object
 * store that takes that body alone, where the store can be reached by contributors. The older client announces neither, so a store's
 * signed URL could not bound what arrives: its URL is on our own origin (wire-protocol.md 0.2).
 */
export async function presignUpload(deps: Deps, actor: Actor, input: PresignRequest): Promise<Presigned> {
  authorise(actor, "episode.upload");
  if (input.episode_id !== episodeId(input.content_hash)) {
    throw new AppError("id_mismatch", { faults: [{ code: "id_mismatch", path: "$.episode_id" }] });
  }
  const { bytes, sha256 } = input;
  const announced = bytes !== undefined && sha256 !== undefined ? { bytes, sha256 } : null;
  return announced && deps.incoming
    ? presignInBucket(deps, actor, { ...input, announced, incoming: deps.incoming })
    : presignHere(deps, actor, { ...input, announced });
}

async function presignHere(
  deps: Deps,
  actor: Actor,
  input: PresignRequest & Pick<UploadGrant, "announced">,
): Promise<Presigned> {
  const capability = deps.ids.hex(32);
  const objectKey = `uploads/${deps.ids.hex(16)}.json`;
  const grant = { ...newGrant(deps, actor, input), objectKey, inBucket: false };
  await deps.store.uploads.insert({ ...grant, capabilityHash: sha256Hex(capability) });
  return {
    upload_url: new URL(`/v1/uploads/${capability}`, deps.rules.publicUrl).href,
    object_key: objectKey,
    headers: { "content-type": "application/json" },
  };
}

async function presignInBucket(
  deps: Deps,
  actor: Actor,
  input: PresignRequest & {
    announced: NonNullable<UploadGrant["announced"]>;
    incoming: NonNullable<Deps["incoming"]>;
  },
): Promise<Presigned> {
  // nothing of a body that would be refused for these is worth sending
  await demandRunning(deps.store);
  await demandStagingRoom(deps);
  const objectKey = incomingKey(deps, accountOf(actor));
  const { url, headers } = await signIncoming(input.incoming, { objectKey, announced: input.announced });
  const grant = { ...newGrant(deps, actor, input), objectKey, inBucket: true };
  // no URL of ours leads to it
  await deps.store.uploads.insert({ ...grant, capabilityHash: sha256Hex(deps.ids.hex(32)) });
  return { upload_url: url, object_key: objectKey, headers };
}

function newGrant(deps: Deps, actor: Actor, input: PresignRequest & Pick<UploadGrant, "announced">) {
  return {
    account: accountOf(actor),
    tokenId: actor.kind === "user" && actor.via === "token" ? actor.tokenId : null,
    declaredId: input.episode_id,
    contentHash: input.content_hash,
    announced: input.announced,
    expiresAt: new Date(deps.clock.now().getTime() + GRANT_SECONDS * 1_000),
    body: null,
    bodySha256: null,
    accepted: false,
  };
}

/** Takes the body of a grant. The same bytes again are fine; other bytes, or others than were announced, are a conflict. */
export async function putUpload(deps: Deps, input: { capability: string; bytes: Uint8Array }): Promise<void> {
  if (input.bytes.length > LIMITS.recordBytes) throw new AppError("body_too_large");
  const capabilityHash = sha256Hex(input.capability);
  const digest = sha256Hex(input.bytes);
  await deps.store.transaction(async (tx) => {
    const grant = await tx.uploads.lockByCapability(capabilityHash);
    if (!grant || grant.inBucket) throw new AppError("not_found");
    refuseExpired(deps, grant);
    if (grant.bodySha256 !== null) {
      if (grant.bodySha256 === digest) return;
      throw new AppError("upload_conflict", { detail: "Another body was uploaded to this URL before." });
    }
    if (grant.announced && grant.announced.sha256 !== digest) {
      throw new AppError("upload_conflict", { detail: "This is another body than was announced." });
    }
    await tx.uploads.setBody(capabilityHash, input.bytes, digest);
  });
}

/** Accepts the uploaded body as if it had been posted. A refused body is dropped, never kept. */
export async function completeUpload(deps: Deps, actor: Actor, input: CompleteRequest): Promise<Ingested> {
  authorise(actor, "episode.upload");
  const account = accountOf(actor);
  const grant = await grantOf(deps, account, input.object_key);
  if (grant.declaredId !== input.episode_id || grant.contentHash !== input.content_hash) {
    throw new AppError("upload_conflict", { detail: "This upload was announced for another episode." });
  }
  if (isEnded(grant)) return repeatedReceipt(deps, account, grant);
  if (grant.inBucket || grant.bodySha256 === null) refuseExpired(deps, grant);
  const bytes = grant.inBucket ? await readOrEnd(deps, grant) : grant.body;
  if (bytes === null) return repeatedOrIncomplete(deps, account, grant);
  const done = await attempt(() => ingest(deps, actor, { bytes, announced: grant }));
  if (done.ok || !isPassing(done.error)) await end(deps, grant, done.ok);
  if (!done.ok) throw done.error;
  return done.value;
}

/** The body was taken over or refused: what is left of it goes. In the object store only the worker may delete. */
async function end(deps: Deps, grant: UploadGrant, accepted: boolean): Promise<void> {
  await deps.store.transaction(async (tx) => {
    const bodySha256 = grant.bodySha256 ?? grant.announced?.sha256 ?? "";
    await tx.uploads.finish(grant.capabilityHash, { bodySha256, accepted });
    if (grant.inBucket) await tx.jobs.enqueue({ name: "clear-incoming", objectKey: grant.objectKey });
  });
}

/** A grant of ours keeps the digest after its body is gone; one of the object store has a digest from its end on. */
function isEnded({ body, bodySha256 }: UploadGrant): boolean {
  return bodySha256 !== null && body === null;
}

async function grantOf(deps: Deps, account: string, objectKey: string): Promise<UploadGrant> {
  const grant = await deps.store.transaction((tx) => tx.uploads.lockByObjectKey(account, objectKey));
  if (grant) return grant;
  throw new AppError("not_found");
}

/** Another body than was announced ends the grant: nothing can replace it under this key. */
async function readOrEnd(deps: Deps, grant: UploadGrant): Promise<Uint8Array | null> {
  const read = await attempt(() => readIncoming(deps, grant));
  if (read.ok) return read.value;
  if (!isPassing(read.error)) await end(deps, grant, false);
  throw read.error;
}

/** Nothing is there: either it has not come yet, or another call has taken it over since. */
async function repeatedOrIncomplete(
  deps: Deps,
  account: string,
  { objectKey }: UploadGrant,
): Promise<Ingested> {
  const grant = await grantOf(deps, account, objectKey);
  if (isEnded(grant)) return repeatedReceipt(deps, account, grant);
  throw new AppError("upload_incomplete", { detail: "Upload the body first, then complete." });
}

/** After completion the body is gone: the receipt is made from the row that it became. */
async function repeatedReceipt(deps: Deps, account: string, grant: UploadGrant): Promise<Ingested> {
  const episode = await deps.store.episodes.byDeclaredId(account, grant.declaredId);
  if (!grant.accepted || !episode) {
    throw new AppError("upload_conflict", {
      detail: "The uploaded body was refused. Presign and upload it anew.",
    });
  }
  if (episode.lifecycle.tombstone === "withdrawn") {
    throw new AppError("withdrawn", { detail: "This episode was withdrawn and can't be uploaded again." });
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
  const passing = ["unavailable", "storage_full", "paused"];
  return !isAppError(error) || passing.includes(error.code);
}

function refuseExpired(deps: Deps, grant: UploadGrant): void {
  if (grant.expiresAt <= deps.clock.now()) throw new AppError("upload_expired");
}
