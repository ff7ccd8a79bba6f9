import type { Actor } from "#lib/domain/access/policy.ts";
import { claimedEpisodeId } from "#lib/domain/episode/identity.ts";
import type { EpisodeRecord } from "#lib/domain/episode/schema.ts";
import { AppError, isAppError } from "#lib/domain/errors.ts";
import { sha256Hex } from "#lib/domain/hash.ts";
import type { Receipt } from "#lib/domain/wire/messages.ts";
import type { ParsedUpload } from "#lib/domain/wire/parse-upload.ts";
import type { Deps } from "#lib/ports/deps.ts";
import type { Episode } from "#lib/ports/episodes.ts";
import type { Store } from "#lib/ports/store.ts";
import { accountOf, authorise } from "./authorise.ts";
import { bodyKey, encodeBody } from "./episode-body.ts";
import { applyEvent, causeOf } from "./episode-events.ts";
import { lockNames } from "./episode-locks.ts";
import { newEpisodeRow } from "./episode-row.ts";
import { demandRunning } from "./pause.ts";
import { demandStagingRoom } from "./staging-room.ts";

/** `created` tells a first acceptance from a repetition of the same upload. */
export type Ingested = { receipt: Receipt; created: boolean };

/**
 * Accepts one record: verified in memory and never rewritten, then committed in one transaction with its event, jobs and
 * compressed body (permanence.md 14). Idempotent per (account, declared id). Nothing of a refused upload is kept.
 */
export async function ingest(deps: Deps, actor: Actor, input: Upload): Promise<Ingested> {
  try {
    const done = await accept(deps, actor, input);
    deps.metrics.count("uploads_total", { verdict: done.created ? "created" : "repeated" });
    return done;
  } catch (error) {
    deps.metrics.count("uploads_total", { verdict: isAppError(error) ? error.code : "internal" });
    throw error;
  }
}

type Upload = { bytes: Uint8Array; announced?: { declaredId: string; contentHash: string } };

async function accept(deps: Deps, actor: Actor, input: Upload): Promise<Ingested> {
  authorise(actor, "episode.upload");
  const account = accountOf(actor);
  await demandRunning(deps.store);
  await demandStagingRoom(deps);
  const upload = await readUpload(deps, input.bytes, account);
  const { announced } = input;
  if (
    announced &&
    (announced.declaredId !== upload.declaredId || announced.contentHash !== upload.record.content_hash)
  ) {
    throw new AppError("upload_mismatch", { detail: "The uploaded body is not the announced episode." });
  }
  const encoded = await encodeBody(deps, upload.record);
  const receivedSha256 = sha256Hex(input.bytes);
  return deps.store.transaction(async (tx) => {
    await demandRunning(tx);
    await lockNames(tx, account, namesOf(upload, account));
    const repeated = await repetition(tx, { account, upload, receivedSha256 });
    if (repeated) return repeated;
    await supersede(deps, tx, { actor, account, slot: upload.privatePart?.slot ?? null });
    const publicId = await freePublicId(tx, { account, upload });
    const own = publicId === upload.record.id;
    const record = own ? upload.record : { ...upload.record, id: publicId };
    const body = own ? encoded : await encodeBody(deps, record);
    const groupRoot = await groupRootOf(tx, account, record);
    const at = deps.clock.now();
    const row = newEpisodeRow({ upload, record, account, actor, receivedSha256, groupRoot, at });
    await tx.episodes.insert(row);
    if (groupRoot !== row.sessionKey) {
      await tx.episodes.adoptGroupRoot(account, { from: row.sessionKey, to: groupRoot });
    }
    await tx.staging.put(row.id, body.body, body.sha256);
    await tx.jobs.enqueue({ name: "store-body", episodeId: row.id });
    await tx.jobs.enqueue({ name: "screen", episodeId: row.id });
    return { receipt: receiptOf(row, upload.warnings), created: true };
  });
}

/** Everything that a withdrawal may name, and the sessions by which split groups are found. */
function namesOf({ declaredId, record, privatePart }: ParsedUpload, account: string): (string | undefined)[] {
  const { key, parent } = record.session;
  return [
    declaredId,
    record.id,
    claimedEpisodeId(account, declaredId),
    privatePart?.slot,
    privatePart?.revocation_authority,
    `session ${key}`,
    parent && `session ${parent.key}`,
  ];
}

async function readUpload(deps: Deps, bytes: Uint8Array, account: string): Promise<ParsedUpload> {
  const read = await deps.uploadReader.read(bytes, account);
  if (read.ok) return read.upload;
  const { code, faults, detail } = read;
  throw new AppError(code, { faults, ...(detail === undefined ? {} : { detail }) });
}

/** The answer to an upload that was here before, or a refusal; `null` for a new one. */
async function repetition(
  tx: Store,
  input: { account: string; upload: ParsedUpload; receivedSha256: string },
): Promise<Ingested | null> {
  const { account, upload, receivedSha256 } = input;
  await refuseWithdrawn(tx, account, upload);
  const first = await tx.episodes.byDeclaredId(account, upload.declaredId);
  if (!first) return null;
  const sameBytes = first.receivedSha256 === receivedSha256;
  if (!sameBytes && upload.record.hash_basis === 2 && !differsInAcceptanceOnly(first, upload)) {
    throw new AppError("id_conflict", {
      detail: "Another record with this id was accepted before. The first stays.",
    });
  }
  return { receipt: receiptOf(first, upload.warnings), created: false };
}

/** A withdrawal may have come first, and under any name that the upload has or would get. */
async function refuseWithdrawn(tx: Store, account: string, upload: ParsedUpload): Promise<void> {
  const slot = upload.privatePart?.slot ?? null;
  const ids = [upload.declaredId, upload.record.id, claimedEpisodeId(account, upload.declaredId)];
  // a revealed revocation key withdraws what is still to come as well
  const authority = upload.privatePart?.revocation_authority;
  if (authority) ids.push(authority);
  for (const declaredId of new Set(ids)) {
    if (!(await tx.tombstones.find(account, { declaredId, slot }))) continue;
    throw new AppError("withdrawn", { detail: "This episode was withdrawn and can't be uploaded again." });
  }
}

/** The hash of a version 2 record covers everything but the time of consent, so an equal hash is the same record. */
function differsInAcceptanceOnly(first: Episode, upload: ParsedUpload): boolean {
  return (
    first.contentHash === upload.record.content_hash && first.slot === (upload.privatePart?.slot ?? null)
  );
}

/** One live episode per (contributor, slot): the older makes way, unless staff have acted on it (permanence.md 3, 5). */
async function supersede(
  deps: Deps,
  tx: Store,
  input: { actor: Actor; account: string; slot: string | null },
): Promise<void> {
  if (input.slot === null) return;
  const older = await tx.episodes.lockLiveBySlot(input.account, input.slot);
  if (!older) return;
  const { state } = older.lifecycle;
  if (older.legalHold || state === "rejected" || state === "hidden" || state === "taken_down") {
    throw new AppError("slot_refused", {
      detail: "An earlier upload of this part of the session was refused or is being checked.",
    });
  }
  await applyEvent(tx, {
    episode: older,
    event: { type: "superseded" },
    cause: causeOf(deps, input.actor, "contributor"),
  });
}

/** The root of the session's parent chain as far as it is known: a subagent of a subagent belongs to the first session. */
async function groupRootOf(tx: Store, account: string, { session }: EpisodeRecord): Promise<string> {
  if (!session.parent) return session.key;
  return (await tx.episodes.groupRootOf(account, session.parent.key)) ?? session.parent.key;
}

/**
 * Nobody's claim blocks another account: where the id is taken, this account's record gets a digest of its own. An id whose
 * episode was withdrawn stays taken, also in a database that has lost the row: nobody brings it back to life.
 */
async function freePublicId(tx: Store, input: { account: string; upload: ParsedUpload }): Promise<string> {
  const wanted = input.upload.record.id;
  // two accounts at the same moment: the second one waits and sees that the id is taken
  await tx.lock("slot", `public id|${wanted}`);
  const taken = (await tx.episodes.byId(wanted)) !== null || (await tx.tombstones.holdsPublicId(wanted));
  return taken ? claimedEpisodeId(input.account, input.upload.declaredId) : wanted;
}

/** The receipt of an accepted upload; the same for every repetition. */
export function receiptOf(
  row: Pick<Episode, "declaredId" | "id" | "receivedSha256">,
  warnings: Receipt["warnings"],
): Receipt {
  return {
    episode_id: row.declaredId,
    object_key: bodyKey(row.id),
    etag: row.receivedSha256,
    public_id: row.id,
    warnings,
  };
}
