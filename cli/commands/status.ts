import { CURRENT_CONSENT } from "#lib/domain/registry.ts";
import { consentOf } from "#cli/io/contributor.ts";
import { EXIT, type ExitCode } from "#cli/io/failure.ts";
import { createApiClient, TOKEN_SCOPES } from "#cli/io/api-client.ts";
import { countUploads, sentUploads, type SentUpload } from "#cli/io/ledger.ts";
import { listRevocations } from "#cli/io/revocations.ts";
import { listProjects } from "#cli/io/project-decisions.ts";
import { reviewedIn } from "#cli/io/review-decisions.ts";
import { platformUrl, readSettings, requireToken, type Settings } from "#cli/io/settings.ts";
import { readState } from "#cli/io/state.ts";
import { safeLine } from "#cli/io/safe-text.ts";
import { advise, complain, type Io, progress, say, sayJson } from "#cli/io/terminal.ts";
import { type AskedStates, askStates } from "#cli/run/ask-states.ts";
import { unitsIn } from "#cli/run/read-units.ts";
import { allSources } from "#cli/run/sources.ts";
import { CLI_VERSION } from "#cli/version.ts";
import { shownPath } from "#cli/run/file-names.ts";

export type StatusOptions = { ask?: boolean; json?: boolean };

/** What this machine knows: consent, platform, what was found, sent and withdrawn. Asks nobody unless told to. */
export async function status(io: Io, options: StatusOptions): Promise<ExitCode> {
  const settings = readSettings(io);
  const state = readState(settings.home);
  const consent = state && consentOf(state);
  const uploads = state ? countUploads(state) : [];
  const revocations = state ? listRevocations(state) : [];
  const projects = state ? listProjects(state) : [];
  const reviewed = state ? reviewedIn(state) : undefined;
  const sent = state ? sentUploads(state) : [];
  state?.close();
  const asked = options.ask ? await askPlatform(io, settings, sent) : undefined;
  const count = (answer: string) => revocations.filter((entry) => entry.answer === answer).length;
  const facts = {
    version: CLI_VERSION,
    home: shownPath(settings.home),
    consent: !consent ? "none" : consent.textSha256 === CURRENT_CONSENT.sha256 ? consent.version : "outdated",
    license: consent?.license ?? "none",
    platform: settings.worker.baseUrl ?? "none",
    token: settings.worker.apiToken ? "set" : "none",
    found: await countFound(io, settings),
    uploaded: uploads.reduce((sum, { docs, answer }) => sum + (answer === "stored" ? docs : 0), 0),
    projects_allowed: projects.filter(({ decision }) => decision === "allow").length,
    projects_denied: projects.filter(({ decision }) => decision === "deny").length,
    accepted: reviewed?.accepted.size ?? 0,
    rejected: reviewed?.rejectedSlots.size ?? 0,
    revocations_confirmed: count("confirmed"),
    revocations_not_confirmed: count("none"),
    revocations_not_found: count("not_found"),
  };
  const steps = asked?.stopped?.nextSteps ?? nextSteps(facts);
  const code = asked?.stopped ? EXIT.refused : EXIT.ok;
  if (options.json) {
    const { stopped } = asked ?? {};
    sayJson(io, {
      ok: !stopped,
      ...facts,
      uploads,
      ...(asked ? { states: asked.states } : {}),
      ...(stopped ? { error: { code: stopped.code, message: stopped.message } } : {}),
      next_steps: steps,
    });
    return code;
  }
  for (const [name, value] of Object.entries(facts)) say(io, `${name}: ${safeLine(String(value))}`);
  for (const { platform, source, answer, docs } of uploads) {
    say(io, `source=${safeLine(source)} docs=${docs} answer=${answer} platform=${safeLine(platform)}`);
  }
  for (const [name, docs] of Object.entries(asked?.states ?? {}))
    say(io, `state=${safeLine(name)} docs=${docs}`);
  if (asked?.stopped) complain(io, asked.stopped.message);
  advise(io, steps);
  return code;
}

/** The token goes to that platform alone, so only what was sent there is asked for. */
async function askPlatform(io: Io, settings: Settings, sent: readonly SentUpload[]): Promise<AskedStates> {
  const platform = platformUrl(settings);
  requireToken(settings, platform);
  const watch = progress(io);
  const here = sent.filter((upload) => upload.platform === platform);
  const client = createApiClient(settings, io);
  return askStates(here, { client, onProgress: (text) => watch.update(text) }).finally(() => watch.end());
}

/** Session files and databases of all agents on this machine; none of them is opened. */
async function countFound(io: Io, settings: Settings): Promise<number> {
  let found = 0;
  for (const { readers } of allSources(settings, io)) {
    for (const placed of readers) {
      for (const root of placed.roots) found += (await unitsIn(placed, root)).units.length;
    }
  }
  return found;
}

type Facts = {
  consent: string;
  platform: string;
  token: string;
  uploaded: number;
  projects_allowed: number;
  revocations_not_confirmed: number;
};

/** What is missing on the way to a first upload, in the order in which it is needed; then what is left to do. */
function nextSteps(facts: Facts): string[] {
  if (facts.consent === "none" || facts.consent === "outdated") {
    return ["trace-share consent init --license CC0-1.0"];
  }
  const waiting = facts.revocations_not_confirmed > 0 ? ["trace-share revoke sync"] : [];
  if (facts.platform === "none") {
    return [
      "trace-share run --dry-run --review shows what would leave",
      "trace-share login --platform https://… (or set TRACE_SHARE_WORKER_BASE_URL)",
      ...waiting,
    ];
  }
  if (facts.token === "none") {
    return [
      `make a token with the scopes ${TOKEN_SCOPES} on the platform's page /me/tokens`,
      "trace-share login (or set TRACE_SHARE_WORKER_API_TOKEN)",
      ...waiting,
    ];
  }
  if (facts.projects_allowed === 0) {
    return ["trace-share run --dry-run --review", "trace-share projects allow FOLDER", ...waiting];
  }
  return [...waiting, "trace-share review", "trace-share run --review --yes"];
}
