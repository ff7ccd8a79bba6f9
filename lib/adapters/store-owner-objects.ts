import { AppError } from "#lib/domain/errors.ts";
import type { ObjectStore } from "#lib/ports/object-store.ts";
import type { StoreOwner } from "#lib/ports/store-owner.ts";

const MARK = "instance";
const ID = /^[0-9a-f-]{36}$/;
/** Somebody else replaces the mark at the same time once, not again and again. */
const ATTEMPTS = 3;

/** The mark as an object that is written once. `objects` is a place of its own beside what the instance keeps. */
export function createStoreOwner(objects: ObjectStore): StoreOwner {
  const read = async () => {
    const bytes = await objects.get(MARK);
    if (bytes === null) return null;
    const id = new TextDecoder().decode(bytes).trim();
    if (ID.test(id)) return id;
    throw new AppError("unavailable", { detail: "The mark of the bucket's owner can't be read." });
  };
  const claim = async (instanceId: string) => {
    await objects.put(MARK, new TextEncoder().encode(`${instanceId}\n`));
    // who was first is seen by reading it
    const owner = await read();
    if (owner !== null) return owner;
    throw new AppError("unavailable", { detail: "The object store lost what it was given." });
  };
  return {
    read,
    claim,
    async replace(instanceId) {
      for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
        if ((await claim(instanceId)) === instanceId) return;
        await objects.remove(MARK);
      }
      throw new AppError("version_conflict", { detail: "Another instance marks this bucket as its own." });
    },
  };
}
