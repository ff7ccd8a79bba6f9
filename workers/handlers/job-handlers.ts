import type { JobHandlers } from "#lib/container.ts";
import type { Deps } from "#lib/ports/deps.ts";
import { handleBuildSnapshot } from "./build-snapshot.ts";
import { handleClearIncoming } from "./clear-incoming.ts";
import { handleProject } from "./project.ts";
import { handlePurge } from "./purge.ts";
import { handleRescan } from "./rescan.ts";
import { handleScreen } from "./screen.ts";
import { handleStoreBody } from "./store-body.ts";
import { handleSweep } from "./sweep.ts";

/** What each kind of job does. The compiler knows every kind. */
export function jobHandlers(deps: Deps): JobHandlers {
  return {
    "store-body": (job) => handleStoreBody(deps, job),
    screen: (job) => handleScreen(deps, job),
    project: (job) => handleProject(deps, job),
    purge: (job) => handlePurge(deps, job),
    "clear-incoming": (job) => handleClearIncoming(deps, job),
    "build-snapshot": (job) => handleBuildSnapshot(deps, job),
    sweep: () => handleSweep(deps),
    rescan: () => handleRescan(deps),
  };
}
