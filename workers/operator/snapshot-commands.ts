import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import { OPERATOR } from "#lib/domain/access/policy.ts";
import { AppError } from "#lib/domain/errors.ts";
import type { Deps } from "#lib/ports/deps.ts";
import type { Snapshot } from "#lib/ports/store.ts";
import { buildSnapshot } from "#lib/services/build-snapshot.ts";
import {
  approveSnapshot,
  listSnapshots,
  patchSnapshot,
  publishSnapshot,
  rebuildSnapshot,
  requestSnapshot,
} from "#lib/services/release.ts";
import { releaseWithheld, withholdSnapshot, yankSnapshot } from "#lib/services/withhold-release.ts";
import { say, withDeps } from "./with-deps.ts";

/** `snapshot`: from a frozen list to a release, and what takes a release back. */
export function snapshotCommands(program: Command): void {
  const snapshot = program.command("snapshot").description("versions of the dataset");
  snapshot
    .command("list")
    .description("every snapshot with its state")
    .action(() =>
      withDeps(async ({ deps }) => {
        const snapshots = await listSnapshots(deps, OPERATOR);
        if (snapshots.length === 0) return say("there is no snapshot yet");
        for (const entry of snapshots) say(describe(entry));
      }),
    );
  buildCommands(snapshot);
  decisionCommands(snapshot);
}

function buildCommands(snapshot: Command): void {
  snapshot
    .command("build <version>")
    .description("freeze what is published now and build it, twice, as MAJOR.MINOR.PATCH")
    .action((version: string) =>
      withDeps(async ({ deps }) =>
        say(describe(await built(deps, await requestSnapshot(deps, OPERATOR, { version })))),
      ),
    );
  snapshot
    .command("patch <version>")
    .description("build a release again without what was withdrawn since, as the next major version")
    .action((version: string) =>
      withDeps(async ({ deps }) =>
        say(describe(await built(deps, await patchSnapshot(deps, OPERATOR, { version })))),
      ),
    );
  snapshot
    .command("rebuild <version>")
    .description("build a version again from its frozen list")
    .action((version: string) =>
      withDeps(async ({ deps }) =>
        say(describe(await built(deps, await rebuildSnapshot(deps, OPERATOR, { version })))),
      ),
    );
}

function decisionCommands(snapshot: Command): void {
  snapshot
    .command("publish <version>")
    .description("approve and publish a verified snapshot; every member is checked again")
    .action((version: string) =>
      withDeps(async ({ deps }) => {
        await approveSnapshot(deps, OPERATOR, { version });
        await publishSnapshot(deps, OPERATOR, { version });
        say(`${version} is published`);
      }),
    );
  snapshot
    .command("withhold <version>")
    .description("stop serving the data files of a release at once; reversible")
    .action((version: string) =>
      withDeps(async ({ deps }) => {
        await withholdSnapshot(deps, OPERATOR, { version });
        say(`${version} is withheld`);
      }),
    );
  snapshot
    .command("release <version>")
    .description("serve a withheld release again")
    .action((version: string) =>
      withDeps(async ({ deps }) => {
        await releaseWithheld(deps, OPERATOR, { version });
        say(`${version} is published again`);
      }),
    );
  snapshot
    .command("yank <version>")
    .description("withdraw a release for good; its manifest and data card stay")
    .requiredOption("--reason <code>", "critical_member, broken_build or legal_order")
    .action((version: string, { reason }: { reason: string }) =>
      withDeps(async ({ deps }) => {
        await yankSnapshot(deps, OPERATOR, { version, reason });
        say(`${version} is yanked`);
      }),
    );
}

const WORKER_SECONDS = 3;

/** Waits for the worker to build it; where no worker runs, this process does it. */
async function built(deps: Deps, { id }: Snapshot): Promise<Snapshot> {
  await sleep(WORKER_SECONDS * 1_000);
  const waiting = await deps.store.snapshots.byId(id);
  if (waiting?.state === "draft") await buildSnapshot(deps, { snapshotId: id });
  for (;;) {
    const now = await deps.store.snapshots.byId(id);
    if (!now) throw new AppError("not_found");
    if (now.state === "failed") {
      throw new AppError("snapshot_guard", {
        detail: `The build failed: ${now.failure ?? "unknown reason"}.`,
      });
    }
    if (now.state !== "draft" && now.state !== "building" && now.state !== "built") return now;
    await sleep(500);
  }
}

function describe({ version, state, baseVersion, removalOnly }: Snapshot): string {
  const base = baseVersion ? ` · ${removalOnly ? "patch of" : "after"} ${baseVersion}` : "";
  return `${version} · ${state}${base}`;
}
