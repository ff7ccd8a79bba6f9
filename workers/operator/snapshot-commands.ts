import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import { type Actor, OPERATOR } from "#lib/domain/access/policy.ts";
import { AppError } from "#lib/domain/errors.ts";
import { REASONS } from "#lib/domain/registry.ts";
import type { Deps } from "#lib/ports/deps.ts";
import type { Snapshot } from "#lib/ports/snapshots.ts";
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

type Step = (deps: Deps, actor: Actor, input: { version: string; reason: string }) => Promise<unknown>;

/** The steps of a release: command, what it does, how, and what is true then. */
const STEPS: readonly { name: string; help: string; done: string; reasoned?: true; step: Step }[] = [
  {
    name: "approve",
    help: "sign that the data card of a verified snapshot was read",
    done: "approved",
    step: approveSnapshot,
  },
  {
    name: "publish",
    help: "publish a snapshot, approving it first where nobody has; every member is checked again",
    done: "published",
    step: publishVerified,
  },
  {
    name: "withhold",
    help: "stop serving the data files of a release at once; reversible",
    done: "withheld",
    step: withholdSnapshot,
  },
  { name: "release", help: "serve a withheld release again", done: "published again", step: releaseWithheld },
  {
    name: "yank",
    help: "withdraw a release for good; its manifest and data card stay",
    done: "yanked",
    reasoned: true,
    step: yankSnapshot,
  },
];

function decisionCommands(snapshot: Command): void {
  for (const { name, help, done, reasoned, step } of STEPS) {
    const command = snapshot
      .command(`${name} <version>`)
      .description(help)
      .option("--as <email>", "act as this person, where two people have to decide");
    if (reasoned) command.requiredOption("--reason <code>", REASONS.yank.map(({ code }) => code).join(", "));
    command.action((version: string, { as, reason = "" }: { as?: string; reason?: string }) =>
      withDeps(async ({ deps }) => {
        await step(deps, await actorFor(deps, as), { version, reason });
        say(`${version} is ${done}`);
      }),
    );
  }
}

async function publishVerified(deps: Deps, actor: Actor, input: { version: string }): Promise<void> {
  const snapshot = await deps.store.snapshots.byVersion(input.version);
  if (snapshot?.state === "verified") await approveSnapshot(deps, actor, input);
  await publishSnapshot(deps, actor, input);
}

/** The console, or a person with the roles that the person has. */
async function actorFor(deps: Deps, email: string | undefined): Promise<Actor> {
  if (email === undefined) return OPERATOR;
  const user = await deps.store.accounts.byEmail(email);
  if (!user) throw new AppError("not_found", { detail: "No user has that address." });
  return { kind: "user", userId: user.id, roles: user.roles, via: "session" };
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
