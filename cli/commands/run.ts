import { chmodSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { createApiClient } from "#cli/io/api-client.ts";
import { CliFailure, EXIT, type ExitCode, systemCode, usageFailure } from "#cli/io/failure.ts";
import { collectIdentities } from "#cli/io/identities.ts";
import { collectLiveSecrets } from "#cli/io/live-secrets.ts";
import { knownOn } from "#cli/io/ledger.ts";
import { optionalPlatformUrl, platformUrl, readSettings, type Settings } from "#cli/io/settings.ts";
import { openState } from "#cli/io/state.ts";
import { type Io, note, progress, sayJson } from "#cli/io/terminal.ts";
import { type Collected, collectEpisodes } from "#cli/run/collect.ts";
import { withContributor } from "#cli/run/contributor-terms.ts";
import { type Outcome, outcomeOf } from "#cli/run/outcome.ts";
import { outcomeJson } from "#cli/run/outcome-json.ts";
import { type Planned, planRun } from "#cli/run/plan.ts";
import { showPayloads, showResult, showReview, showSizes, type ShowOptions } from "#cli/run/show-outcome.ts";
import { unseal } from "#cli/run/seal.ts";
import { resolveSources } from "#cli/run/sources.ts";
import { uploadEpisodes } from "#cli/run/upload.ts";
import { type ScannerMode, secondOpinion } from "#cli/scanner/second-opinion.ts";

export type RunOptions = {
  source?: string[];
  dryRun?: boolean;
  yes?: boolean;
  review?: boolean;
  includeRaw?: boolean;
  includeOpen?: boolean;
  exportPayload?: string;
  explainSize?: boolean;
  showPayload?: boolean;
  previewLimit?: number;
  maxUploadBytes?: number;
  scanner?: ScannerMode;
  json?: boolean;
};

/** Reads, sanitizes and shows sessions, and with --yes --review sends them. A dry run leaves no state. */
export async function run(io: Io, options: RunOptions): Promise<ExitCode> {
  checkGates(options);
  const settings = readSettings(io);
  const sources = resolveSources(options.source ?? [], settings, io);
  const { known, platform, ...terms } = withContributor(settings, (terms, state) => {
    const platform = options.dryRun ? optionalPlatformUrl(settings) : platformUrl(settings);
    return { ...terms, platform, known: knownOn(state, platform) };
  });
  const opinion = secondOpinion(io, options.scanner ?? "auto");
  const watch = progress(io);
  const collected = await collectEpisodes(sources, {
    ...terms,
    identities: collectIdentities(settings, io),
    live: collectLiveSecrets(settings, io),
    opinion,
    disclosure: options.includeRaw ? "raw" : "summary",
    includeOpen: options.includeOpen === true,
    now: io.now(),
    onProgress: (text) => watch.update(text),
  }).finally(() => watch.end());
  const planned = planRun(collected.episodes, { known, maxBytes: options.maxUploadBytes });
  const planOnly = outcomeOf(collected, {
    dryRun: options.dryRun === true,
    platform,
    planned,
    uploading: undefined,
  });
  if (options.exportPayload !== undefined) exportPayload(io, options.exportPayload, planned);
  showBefore(io, planOnly, options);
  const outcome = options.dryRun ? planOnly : await send(io, { settings, collected, planned, platform });
  showAfter(io, outcome, options);
  return outcome.somethingRefused ? EXIT.refused : EXIT.ok;
}

/** Nothing is read before the contributor has said what for. */
function checkGates(options: RunOptions): void {
  if (options.dryRun || (options.yes && options.review)) return;
  throw usageFailure(
    "gate_flags_missing",
    "Uploads require --review and --yes. To look without sending, use --dry-run.",
    ["trace-share run --dry-run --review", "trace-share run --review --yes"],
  );
}

async function send(
  io: Io,
  run: {
    settings: Settings;
    collected: Collected;
    planned: readonly Planned[];
    platform: string | undefined;
  },
): Promise<Outcome> {
  const { settings, collected, planned, platform } = run;
  const state = openState(settings.home);
  const watch = progress(io);
  try {
    const uploading = await uploadEpisodes(planned, {
      client: createApiClient(settings, io),
      state,
      now: io.now,
      onProgress: (text) => watch.update(text),
    });
    return outcomeOf(collected, { dryRun: false, platform, planned, uploading });
  } finally {
    watch.end();
    state.close();
  }
}

function showBefore(io: Io, outcome: Outcome, options: RunOptions): void {
  if (options.json) return;
  const show = showOptions(options);
  const episodes = outcome.episodes.map((line) => line.episode);
  if (show.review) showReview(io, outcome, show);
  if (show.explainSize) showSizes(io, episodes);
  if (show.showPayload) showPayloads(io, episodes, options.previewLimit);
}

function showAfter(io: Io, outcome: Outcome, options: RunOptions): void {
  const nextSteps = nextStepsOf(outcome);
  if (options.json) return sayJson(io, outcomeJson(outcome, showOptions(options), nextSteps));
  showResult(io, outcome);
  if (outcome.stopped) note(io, `trace-share: ${outcome.stopped.message}`);
  for (const step of nextSteps) note(io, `Next: ${step}`);
}

function nextStepsOf(outcome: Outcome): readonly string[] {
  if (outcome.stopped) return outcome.stopped.nextSteps;
  if (outcome.dryRun && (outcome.counters["would_upload_docs"] ?? 0) > 0) {
    return ["trace-share run --review --yes sends them"];
  }
  return (outcome.counters["capped_docs"] ?? 0) > 0
    ? ["run the same command again for the capped episodes"]
    : [];
}

function showOptions(options: RunOptions): ShowOptions {
  return {
    review: options.review === true,
    explainSize: options.explainSize === true,
    showPayload: options.showPayload === true,
    previewLimit: options.previewLimit,
  };
}

/** The records as they would be sent, one a line, readable by their owner alone. */
function exportPayload(io: Io, file: string, planned: readonly Planned[]): void {
  const path = resolve(io.cwd, file);
  const lines = planned.flatMap(({ episode, decision }) =>
    decision === "send" ? [`${unseal(episode)}\n`] : [],
  );
  try {
    writeFileSync(path, lines.join(""), { mode: 0o600 });
    chmodSync(path, 0o600);
  } catch (error) {
    throw new CliFailure(
      "export_failed",
      `The payload can't be written (${systemCode(error) ?? "unknown"}).`,
      {
        nextSteps: ["name a file in a folder that exists and that you may write to"],
      },
    );
  }
  note(io, `payload: ${lines.length} records in ${path}`);
}
