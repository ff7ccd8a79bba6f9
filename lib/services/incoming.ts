import { LIMITS } from "#lib/domain/episode/limits.ts";
import { AppError } from "#lib/domain/errors.ts";
import { sha256Hex } from "#lib/domain/hash.ts";
import type { Deps } from "#lib/ports/deps.ts";
import type { UploadGrant } from "#lib/ports/episodes.ts";
import type { IncomingStore } from "#lib/ports/incoming-store.ts";

/** How long a signed address takes a body, in seconds (security.md 4.6). */
const ADDRESS_SECONDS = 5 * 60;
/** What nobody has completed after this is cleared away, in milliseconds. */
const KEPT_MS = 24 * 60 * 60 * 1_000;

/** A key that nobody can guess, in a folder of the account that names no account. */
export function incomingKey(deps: Deps, account: string): string {
  const folder = sha256Hex(`${deps.rules.secret}|incoming|${account}`).slice(0, 32);
  return `incoming/${folder}/${deps.ids.uuid()}`;
}

/** The address in the object store that takes the announced body of a grant, and nothing else. */
export function signIncoming(
  incoming: IncomingStore,
  grant: { objectKey: string; announced: NonNullable<UploadGrant["announced"]> },
): Promise<{ url: string; headers: Record<string, string> }> {
  return incoming.sign({ key: grant.objectKey, ...grant.announced }, ADDRESS_SECONDS);
}

/**
 * The body that a client has sent to the object store, if it is the announced one; null while nothing is there. The store has checked
 * length and digest already, but it is asked first and then counted and hashed here: whoever has a key of the bucket could have put
 * anything there. Throws `upload_conflict` for another body and `unavailable` while the store can't be read.
 */
export async function readIncoming(
  deps: Deps,
  { objectKey, announced }: UploadGrant,
): Promise<Uint8Array | null> {
  const { incoming } = deps;
  if (!incoming || !announced) throw new AppError("unavailable", { detail: "The upload can't be read now." });
  const size = await incoming.size(objectKey);
  if (size === null) return null;
  if (size !== announced.bytes || size > LIMITS.recordBytes) throw notAnnounced();
  const stream = await incoming.open(objectKey);
  if (stream === null) return null;
  const bytes = await readExactly(stream, size);
  if (bytes === null || sha256Hex(bytes) !== announced.sha256) throw notAnnounced();
  return bytes;
}

function notAnnounced(): AppError {
  return new AppError("upload_conflict", {
    detail: "The object store holds another body than was announced.",
  });
}

/** Null for a stream that is longer or shorter. */
async function readExactly(stream: ReadableStream<Uint8Array>, size: number): Promise<Uint8Array | null> {
  const bytes = new Uint8Array(size);
  let filled = 0;
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return filled === size ? bytes : null;
      if (filled + value.length > size) {
        await reader.cancel();
        return null;
      }
      bytes.set(value, filled);
      filled += value.length;
    }
  } catch (cause) {
    throw new AppError("unavailable", {
      detail: "The object store stopped in the middle of an upload.",
      cause,
    });
  }
}

/** Removes what one upload has left in the object store; it was taken over or refused. */
export async function clearIncoming(deps: Deps, input: { objectKey: string }): Promise<void> {
  await deps.incoming?.remove(input.objectKey);
}

/** Removes what was sent and not completed within a day. Returns how much that was. */
export async function clearOldIncoming(deps: Deps): Promise<number> {
  if (!deps.incoming) return 0;
  const before = deps.clock.now().getTime() - KEPT_MS;
  let removed = 0;
  for await (const { key, arrivedAt } of deps.incoming.list()) {
    if (arrivedAt === undefined || arrivedAt.getTime() > before) continue;
    await deps.incoming.remove(key);
    removed++;
  }
  return removed;
}
