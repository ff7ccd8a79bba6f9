import type { ConsentGiven } from "#lib/domain/gate.ts";
import { LIMITS } from "#lib/domain/episode/limits.ts";
import { LICENSES } from "#lib/domain/episode/lists.ts";
import { CURRENT_CONSENT } from "#lib/domain/registry.ts";
import { consentOf, keysOf, storeConsent } from "#cli/io/contributor.ts";
import { CliFailure, EXIT, type ExitCode, usageFailure } from "#cli/io/failure.ts";
import { readSettings } from "#cli/io/settings.ts";
import { openState, type State } from "#cli/io/state.ts";
import { advise, type Io, note, say, sayJson } from "#cli/io/terminal.ts";
import { keysOfSeed, phraseOf, SEED_BYTES } from "#cli/run/recovery-phrase.ts";
import { shownPath } from "#cli/run/file-names.ts";

/** Stands beside the text that is agreed to, whose words are fixed by its version: how much of a session each way discloses. */
const DISCLOSURES = [
  "How much leaves of an episode:",
  `- Summary, unless you say otherwise: previews of the prompt (${LIMITS.promptPreview} characters) and of the result (${LIMITS.resultPreview}), names of tools, shapes and counts. No transcript.`,
  "- Raw, only if you say so with --include-raw or, for a project, in `trace-share review`: the sanitized text of prompts, answers, commands and their output. Nothing else turns it on.",
] as const;

export type ConsentInitOptions = { license: string; acceptText?: string; json?: boolean };

/**
 * Shows the whole text, takes the typed phrase (or, in scripts, the version of the text that was read), and makes the
 * contributor's keys the first time. Nothing is written before the phrase is there.
 */
export async function consentInit(io: Io, options: ConsentInitOptions): Promise<ExitCode> {
  const license = LICENSES.find((known) => known === options.license);
  if (!license) {
    throw usageFailure("license_unknown", `--license must be one of ${LICENSES.join(", ")}.`);
  }
  const settings = readSettings(io);
  const print = options.json ? note : say;
  print(io, CURRENT_CONSENT.text);
  print(io, "");
  for (const line of DISCLOSURES) print(io, line);
  print(io, "");
  print(io, `Licence of what you share: ${license}`);
  if (options.acceptText === undefined) await askForPhrase(io);
  else checkVersion(options.acceptText);
  const state = openState(settings.home);
  try {
    const made = giveConsent(state, { license, io });
    report(io, { ...made, home: settings.home, json: options.json === true });
    return EXIT.ok;
  } finally {
    state.close();
  }
}

async function askForPhrase(io: Io): Promise<void> {
  const { phrase, version } = CURRENT_CONSENT;
  if (!io.interactive) {
    throw usageFailure(
      "consent_not_typed",
      `Consent is typed on a terminal. In a script, accept the text above by its version.`,
      [`trace-share consent init --license CC0-1.0 --accept-text ${version}`],
    );
  }
  const typed = await io.ask(`Type ${phrase} to agree to the text above`);
  if (typed?.trim() === phrase) return;
  throw new CliFailure(
    "consent_refused",
    "No consent was given. Nothing was written and nothing will be shared.",
  );
}

function checkVersion(accepted: string): void {
  if (accepted === CURRENT_CONSENT.version) return;
  throw new CliFailure(
    "consent_version_unknown",
    `--accept-text must name the version of the text above: ${CURRENT_CONSENT.version}.`,
    { nextSteps: ["read the text again, then accept its version"] },
  );
}

type Given = { consent: ConsentGiven; phrase: string | undefined; isNew: boolean };

/** The same consent given twice stays the first one, so that records made under it keep their bytes. */
function giveConsent(state: State, terms: { license: string; io: Io }): Given {
  const { license, io } = terms;
  const before = consentOf(state);
  const isSame =
    before?.version === CURRENT_CONSENT.version &&
    before.textSha256 === CURRENT_CONSENT.sha256 &&
    before.license === license;
  if (before && isSame) return { consent: before, phrase: undefined, isNew: false };
  const consent: ConsentGiven = {
    version: CURRENT_CONSENT.version,
    textSha256: CURRENT_CONSENT.sha256,
    license,
    acceptedAt: io.now().toISOString(),
  };
  const seed = keysOf(state) === undefined ? io.randomBytes(SEED_BYTES) : undefined;
  storeConsent(state, { consent, keys: seed && keysOfSeed(seed) });
  return { consent, phrase: seed && phraseOf(seed), isNew: true };
}

function report(io: Io, given: Given & { home: string; json: boolean }): void {
  const { consent, phrase, isNew, home, json } = given;
  const nextSteps = ["trace-share run --dry-run --review"];
  if (json) {
    return sayJson(io, {
      ok: true,
      new: isNew,
      consent_version: consent.version,
      text_sha256: consent.textSha256,
      license: consent.license,
      accepted_at: consent.acceptedAt,
      ...(phrase ? { recovery_phrase: phrase } : {}),
      next_steps: nextSteps,
    });
  }
  say(io);
  say(
    io,
    `${isNew ? "Consent stored" : "This consent was given before"}: version ${consent.version}, ${consent.license}, in ${shownPath(home)}`,
  );
  if (phrase) {
    say(io);
    say(io, `Recovery phrase: ${phrase}`);
    say(
      io,
      "Write it down now: it is shown this once and kept nowhere. `trace-share keys recover` makes another machine of yours known as you with it.",
    );
  }
  say(io);
  advise(io, nextSteps);
}
