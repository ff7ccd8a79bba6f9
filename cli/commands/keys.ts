import { existsSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { keysOf, storeKeys } from "#cli/io/contributor.ts";
import {
  CliFailure,
  machineFailure,
  EXIT,
  type ExitCode,
  systemCode,
  usageFailure,
} from "#cli/io/failure.ts";
import { sentUploads } from "#cli/io/ledger.ts";
import { listRevocations } from "#cli/io/revocations.ts";
import { platformUrl, readSettings } from "#cli/io/settings.ts";
import { reviewedIn } from "#cli/io/review-decisions.ts";
import { openState, readState, type State } from "#cli/io/state.ts";
import { advise, type Io, say, sayJson } from "#cli/io/terminal.ts";
import { certificateOf } from "#cli/run/certificate.ts";
import { shownPath } from "#cli/run/file-names.ts";
import { keysOfSeed, phraseOf, SEED_BYTES, seedOf } from "#cli/run/recovery-phrase.ts";
import { makeFolder } from "#cli/io/make-folder.ts";

const CONSENT = "trace-share consent init --license CC0-1.0";

/** Makes the contributor's keys, which `consent init` would make too, and shows the recovery phrase once. */
export function keysInit(io: Io, options: { json?: boolean }): ExitCode {
  const state = openState(readSettings(io).home);
  try {
    if (keysOf(state)) {
      throw new CliFailure(
        "keys_exist",
        "This machine has keys. Their recovery phrase was shown when they were made.",
        {
          nextSteps: ["trace-share run --dry-run --review"],
        },
      );
    }
    const seed = io.randomBytes(SEED_BYTES);
    storeKeys(state, keysOfSeed(seed), io.now().toISOString());
    const phrase = phraseOf(seed);
    if (options.json) sayJson(io, { ok: true, recovery_phrase: phrase, next_steps: [CONSENT] });
    else {
      say(io, `Recovery phrase: ${phrase}`);
      say(io, "Write it down now: it is shown this once and kept nowhere.");
      advise(io, [CONSENT]);
    }
    return EXIT.ok;
  } finally {
    state.close();
  }
}

/** Makes this machine known as the contributor whose phrase is entered: the same session names, slots and revocation keys. */
export async function keysRecover(
  io: Io,
  options: { phraseStdin?: boolean; json?: boolean },
): Promise<ExitCode> {
  const { home } = readSettings(io);
  const keys = keysOfSeed(await askSeed(io, options.phraseStdin === true));
  const state = openState(home);
  try {
    const isKnown = keysOf(state)?.slotKey === keys.slotKey;
    if (!isKnown) refuseUsed(state);
    if (!isKnown) storeKeys(state, keys, io.now().toISOString());
    const nextSteps = [CONSENT, "trace-share revoke list"];
    if (options.json) sayJson(io, { ok: true, new: !isKnown, next_steps: nextSteps });
    else {
      say(io, isKnown ? "these keys were here before" : `keys recovered in ${shownPath(home)}`);
      say(
        io,
        "What was withdrawn elsewhere is refused by the platform; this machine learns of it when it uploads.",
      );
      advise(io, nextSteps);
    }
    return EXIT.ok;
  } finally {
    state.close();
  }
}

async function askSeed(io: Io, fromStdin: boolean): Promise<Uint8Array> {
  if (!fromStdin && !io.interactive) {
    throw usageFailure(
      "phrase_not_typed",
      "The phrase is asked for on a terminal. In a script, hand it over on standard input.",
      ["trace-share keys recover --phrase-stdin < file-with-the-phrase"],
    );
  }
  const typed = fromStdin ? await io.stdin() : await io.askSecret("Recovery phrase (it is not shown)");
  const seed = typed === undefined ? undefined : seedOf(typed);
  if (seed) return seed;
  throw new CliFailure(
    "phrase_invalid",
    "That is no recovery phrase: nine groups of four digits 0-9 and letters a-f, the last of which checks the others. Nothing was changed.",
  );
}

/** Other keys would give everything that was sent from here another name, and its withdrawals would miss it. */
function refuseUsed(state: State): void {
  if (!keysOf(state)) return;
  const isUnused = sentUploads(state).length === 0 && listRevocations(state).length === 0;
  // rejections are kept by slot, and other keys would make other slots
  if (isUnused && reviewedIn(state).rejectedSlots.size === 0) return;
  throw new CliFailure(
    "keys_in_use",
    "This machine has other keys, with which episodes were sent, rejected or withdrawn.",
    {
      nextSteps: ["set TRACE_SHARE_HOME to another folder, and recover there"],
    },
  );
}

/**
 * Writes the file with which anybody who holds it can withdraw everything of this contributor on the platform that is set, without an
 * account, a token or this machine. Nothing is sent.
 */
export function keysCertificate(io: Io, options: { out?: string; json?: boolean }): ExitCode {
  const settings = readSettings(io);
  const platform = platformUrl(settings);
  const state = readState(settings.home);
  const keys = state && keysOf(state);
  state?.close();
  if (!keys) {
    throw new CliFailure("keys_missing", "This machine has no keys.", {
      nextSteps: ["trace-share keys recover", CONSENT],
    });
  }
  const certificate = certificateOf(keys.slotKey, { platform, now: io.now() });
  const path = resolve(io.cwd, options.out ?? `${settings.home}/revoke-all.json`);
  writePrivate(path, `${JSON.stringify(certificate, null, 2)}\n`);
  const shown = shownPath(path);
  const nextSteps = [`trace-share revoke certificate ${shown} --yes`];
  if (options.json) sayJson(io, { ok: true, platform, file: shown, next_steps: nextSteps });
  else {
    say(io, `certificate written: ${shown}`);
    say(
      io,
      `Whoever holds it can withdraw everything that you share on ${platform}. Keep it where only you can reach it.`,
    );
    for (const step of nextSteps) say(io, `To withdraw everything, for ever: ${step}`);
  }
  return EXIT.ok;
}

function writePrivate(path: string, text: string): void {
  if (existsSync(path)) {
    throw usageFailure("out_exists", `${shownPath(path)} is there already and is not overwritten.`, [
      "choose another file with --out",
    ]);
  }
  try {
    makeFolder(dirname(path));
    writeFileSync(path, text, { mode: 0o600, flag: "wx" });
  } catch (error) {
    throw machineFailure(
      "out_unwritable",
      `${shownPath(path)} can't be written (${systemCode(error) ?? "unknown"}).`,
      {
        cause: error,
      },
    );
  }
}
