import type { Deps } from "#lib/ports/deps.ts";
import type { ContributorCli } from "./contributor-cli.ts";
import type { DemoFolder } from "./folder.ts";
import type { People } from "./people.ts";

/** What every step works with. Steps hand nothing on: each asks the platform what is true. */
export type Stage = {
  deps: Deps;
  people: People;
  cli: ContributorCli;
  folder: DemoFolder;
  /** Address of the running platform on this machine. */
  url: string;
  signal: AbortSignal;
};
