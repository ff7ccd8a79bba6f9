import { OPERATOR } from "#lib/domain/access/policy.ts";
import type { Deps } from "#lib/ports/deps.ts";
import { listCases } from "#lib/services/cases.ts";
import { listReleases } from "#lib/services/read-release.ts";
import { createSignInLink } from "#lib/services/sign-in-link.ts";
import { ownCommandLine } from "./own-command-line.ts";
import { ownEpisodes } from "./own-episodes.ts";
import type { Person } from "./people.ts";
import { counted, sayLine } from "./say.ts";
import type { Stage } from "./stage.ts";

/** What there is now, where to look, and how to get in. */
export async function giveAccount(stage: Stage): Promise<void> {
  const { deps, people } = stage;
  await summarise(stage);
  sayLine();
  sayLine("Look at");
  for (const [name, path] of await places(stage)) row(name, `${deps.rules.publicUrl}${path}`);
  sayLine();
  sayLine("Send something of your own");
  for (const [what, line] of ownCommandLine(deps.rules.publicUrl, process.platform)) row(what, line);
  sayLine();
  sayLine("Sign in with (each link is good once and for 30 minutes; every run makes new ones)");
  row("contributor", await signInLink(deps, people.contributor, "/me/episodes"));
  row("moderator", await signInLink(deps, people.moderator, "/moderation"));
  sayLine();
}

/** A link that leads on to the page that the person came for. */
async function signInLink(deps: Deps, { email }: Person, path: string): Promise<string> {
  const link = new URL(await createSignInLink(deps, OPERATOR, { email }));
  link.searchParams.set("callbackUrl", `${deps.rules.publicUrl}${path}`);
  return link.href;
}

async function summarise(stage: Stage): Promise<void> {
  const own = await ownEpisodes(stage);
  const inState = (...states: string[]) => own.filter(({ state }) => states.includes(state)).length;
  const cases = await listCases(stage.deps, stage.people.moderator.actor);
  const releases = await listReleases(stage.deps);
  const redactions = own.reduce((sum, episode) => sum + episode.redactions, 0);
  sayLine();
  sayLine(
    `${counted(own.length, "episode")} uploaded with ${counted(redactions, "redaction")}: ${inState("published")} published, ${inState("quarantined", "in_review")} waiting for a moderator, ${inState("tombstoned", "erased")} withdrawn`,
  );
  const versions = releases.map(({ version, members }) => `${version} (${counted(members, "episode")})`);
  sayLine(`${counted(cases.length, "open case")}; releases: ${versions.join(", ")}`);
}

async function places(stage: Stage): Promise<[string, string][]> {
  const own = await ownEpisodes(stage);
  const longest = own.filter(({ state }) => state === "published").toSorted((a, b) => b.steps - a.steps)[0];
  const withdrawn = own.find(({ tombstone }) => tombstone === "withdrawn");
  const [openCase] = await listCases(stage.deps, stage.people.moderator.actor);
  const latest = (await listReleases(stage.deps)).find((release) => release.latest);
  return [
    ["search", "/"],
    ...place("an episode", "/episodes/", longest?.id),
    ...place("the withdrawn one", "/episodes/", withdrawn?.id),
    ["moderation", "/moderation"],
    ...place("a case", "/moderation/cases/", openCase?.id),
    ["releases", "/releases"],
    ...place("one release", "/releases/", latest?.version),
    ["my episodes", "/me/episodes"],
    ["about", "/about"],
  ];
}

function place(name: string, folder: string, id: string | undefined): [string, string][] {
  return id === undefined ? [] : [[name, `${folder}${id}`]];
}

function row(name: string, text: string): void {
  sayLine(`  ${name.padEnd(18)} ${text}`);
}
