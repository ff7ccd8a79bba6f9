import { counted } from "#cli/io/report.ts";
import { safeLine } from "#cli/io/safe-text.ts";
import { type Io, say } from "#cli/io/terminal.ts";
import type { EpisodeLine, Outcome } from "./outcome.ts";

/** More of one kind than this are a number; `--json` lists them all. */
const LISTED = 10;

/** What was refused here and why, what arrived and where it can be seen, what the platform refused. */
export function showAnswers(io: Io, outcome: Outcome): void {
  sayByReason(io, "refused", refusedHere(outcome));
  if (outcome.episodes.some(({ sent }) => sent?.status === "uploaded")) {
    say(io, "Somebody of the platform may look first; until an episode is public, its address answers 404.");
  }
  showUploaded(io, outcome);
  sayByReason(io, "refused by the platform", outcome.episodes.flatMap(refusedThere));
  const unsure = outcome.episodes.filter(({ status }) => status === "not_confirmed").length;
  if (unsure > 0) {
    say(
      io,
      `not confirmed: ${counted(unsure, "episode")} sent without an answer. The same command asks again.`,
    );
  }
}

/** One refusal, or those of one project: why, and the lines that tell it whole. */
type Refusal = { reason: string; lines: readonly string[] };

function refusedHere(outcome: Outcome): Refusal[] {
  const unsafe = outcome.refused.map(({ file, prompt, code, findings }) => ({
    reason: code,
    lines: [`${safeLine(file)} prompt ${prompt}: ${code}`, ...findings.map(placeLine)],
  }));
  return [...unsafe, ...unaffirmedHere(outcome)];
}

/** A dry run shows what nobody has affirmed yet; only sending it is refused. One line for each project, not for each episode. */
function unaffirmedHere({ dryRun, episodes }: Outcome): Refusal[] {
  if (dryRun) return [];
  const reason = "project_not_affirmed";
  const unaffirmed = episodes.filter(({ status }) => status === "unaffirmed");
  const byProjects = Map.groupBy(unaffirmed, ({ projects }) => projects.map(safeLine).join(", "));
  return [...byProjects].map(([projects, { length }]) => ({
    reason,
    lines: [`${counted(length, "episode")}: ${reason}: ${projects}`],
  }));
}

function refusedThere({ episode, sent }: EpisodeLine): Refusal[] {
  if (sent === undefined || sent.status === "uploaded") return [];
  const { status, code, detail, faults } = sent.refusal;
  const reason = `${status} ${safeLine(code)}`;
  // a platform's words stay on one line, whatever it writes
  const line = `${episode.id}: ${reason} ${safeLine(detail)}`.trimEnd();
  return [
    { reason, lines: [line, ...faults.map((fault) => placeLine({ rule: fault.code, path: fault.path }))] },
  ];
}

function placeLine({ rule, path }: { rule: string; path: string }): string {
  return `    ${safeLine(rule)} at ${safeLine(path)}`;
}

/** Few refusals of one reason one by one, many as a number. */
function sayByReason(io: Io, what: string, refusals: readonly Refusal[]): void {
  for (const [reason, alike] of Map.groupBy(refusals, (refusal) => refusal.reason)) {
    for (const { lines } of alike.slice(0, LISTED)) {
      const [first = "", ...rest] = lines;
      say(io, `${what}: ${first}`);
      for (const line of rest) say(io, line);
    }
    if (alike.length > LISTED) {
      const left = `${alike.length - LISTED} more`;
      say(io, `${what}: ${left}: ${reason} (--json lists them)`);
    }
  }
}

function showUploaded(io: Io, { episodes, platform }: Outcome): void {
  const arrived = episodes.flatMap(({ episode, sent }) =>
    sent?.status === "uploaded" ? [{ episode, sent }] : [],
  );
  for (const { episode, sent } of arrived.slice(0, LISTED)) {
    say(io, `uploaded: ${episode.id} ${platform}/episodes/${sent.publicId}`);
    for (const warning of sent.warnings) {
      say(io, `warning: ${episode.id}: ${safeLine(warning.code)} at ${safeLine(warning.path)}`);
    }
  }
  if (arrived.length > LISTED) {
    say(
      io,
      `uploaded: ${counted(arrived.length - LISTED, "more episode")} (--json lists them, ${platform}/me/episodes shows them)`,
    );
  }
}
