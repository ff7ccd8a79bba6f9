import type { Actor } from "#lib/domain/access/policy.ts";
import { AppError } from "#lib/domain/errors.ts";
import { canonicalJson } from "#lib/domain/canonical-json.ts";
import { sha256Hex } from "#lib/domain/hash.ts";
import type { SnapshotRequest } from "#lib/domain/wire/messages.ts";
import type { Deps } from "#lib/ports/deps.ts";
import type { ExternalSnapshot } from "#lib/ports/snapshots.ts";
import { accountOf, authorise } from "./authorise.ts";

/**
 * Notes a snapshot that was built elsewhere. It stays private: nothing of it is shown until its bytes are here, every row
 * equals our own derivation of a publishable episode, and a second person agrees (permanence.md 25).
 */
export async function registerSnapshot(
  deps: Deps,
  actor: Actor,
  input: SnapshotRequest,
): Promise<{ version: string; object_prefix: string; public_url: null; created: boolean }> {
  authorise(actor, "snapshot.register");
  const account = accountOf(actor);
  const entry: ExternalSnapshot = {
    version: input.version,
    account,
    objectPrefix: `external/${account}/${sha256Hex(input.version).slice(0, 32)}`,
    createdAt: deps.clock.now(),
    manifest: input.manifest ?? {},
    checksums: input.checksums,
    files: input.files,
    dataCard: input.data_card,
  };
  const outcome = await deps.store.snapshots.register(entry);
  if (outcome === "exists") await refuseOther(deps, entry);
  return {
    version: entry.version,
    object_prefix: entry.objectPrefix,
    public_url: null,
    created: outcome === "created",
  };
}

async function refuseOther(deps: Deps, entry: ExternalSnapshot): Promise<void> {
  const first = await deps.store.snapshots.external(entry.version, entry.account);
  // files are parsed JSON
  const files = (snapshot: ExternalSnapshot) => canonicalJson(snapshot.files);
  if (!first || files(first) !== files(entry) || first.checksums !== entry.checksums) {
    throw new AppError("already_exists", { detail: "This version was registered before with other files." });
  }
}
