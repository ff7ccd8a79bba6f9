import { createHmac } from "node:crypto";
import { type Key, type KeyCreation, Meilisearch } from "meilisearch";
import { AppError } from "#lib/domain/errors.ts";
import { answered, isMeilisearchFault, LIMITS_MS } from "./search-meilisearch-faults.ts";

type KeyName = "searcher" | "writer" | "ops";
type Rights = Pick<KeyCreation, "actions" | "indexes"> & { uid: string };
/** The values of the keys: secrets. */
export type SearchKeys = Record<KeyName, string>;

/** Fixed ids: the server derives a key's value from its id and the master key, so a repetition gives the same keys. */
const KEYS: Record<KeyName, Rights> = {
  searcher: { uid: "5d2c0a52-8f0e-4c0b-9a54-1d7c1b5a0001", indexes: ["episodes*"], actions: ["search"] },
  writer: {
    uid: "5d2c0a52-8f0e-4c0b-9a54-1d7c1b5a0002",
    indexes: ["episodes*"],
    actions: ["search", "documents.*", "indexes.*", "settings.*", "tasks.get"],
  },
  ops: {
    uid: "5d2c0a52-8f0e-4c0b-9a54-1d7c1b5a0003",
    indexes: ["*"],
    actions: ["stats.get", "metrics.get", "version", "snapshots.create", "dumps.create", "tasks.get"],
  },
};

/** The value that a server gives the key: its own rule, so that a secret's file can be written before the server has ever run. */
export function searchKeyOf(masterKey: string, name: KeyName): string {
  return createHmac("sha256", masterKey).update(KEYS[name].uid).digest("hex");
}

/** Makes the scoped keys, or finds them; one whose rights were other ones is made anew. For the init job alone. */
export async function makeSearchKeys(input: { url: string; masterKey: string }): Promise<SearchKeys> {
  const client = new Meilisearch({ host: input.url, apiKey: input.masterKey, timeout: LIMITS_MS.request });
  try {
    return {
      searcher: await makeKey(client, "searcher"),
      writer: await makeKey(client, "writer"),
      ops: await makeKey(client, "ops"),
    };
  } catch (cause) {
    if (!(cause instanceof AppError) || cause.code !== "configuration_invalid") throw cause;
    throw new AppError("configuration_invalid", {
      detail: "Meilisearch refuses the master key: check MEILI_MASTER_KEY.",
      cause,
    });
  }
}

async function makeKey(client: Meilisearch, name: KeyName): Promise<string> {
  const rights = KEYS[name];
  const found = await findKey(client, rights.uid);
  if (found && hasRights(found, rights)) return found.key;
  if (found) await answered(client.deleteKey(rights.uid));
  const made = await answered(client.createKey({ ...rights, name: `trace-share ${name}`, expiresAt: null }));
  return made.key;
}

async function findKey(client: Meilisearch, uid: string): Promise<Key | undefined> {
  try {
    return await answered(client.getKey(uid));
  } catch (error) {
    if (isMeilisearchFault(error, "api_key_not_found")) return undefined;
    throw error;
  }
}

function hasRights(key: Key, { actions, indexes }: Rights): boolean {
  const same = (a: readonly string[], b: readonly string[]) => [...a].sort().join() === [...b].sort().join();
  return same(key.actions, actions) && same(key.indexes, indexes) && key.expiresAt === null;
}
