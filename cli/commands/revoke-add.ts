import { EXIT, type ExitCode, usageFailure } from "#cli/io/failure.ts";
import { addRevocation, platformsOf } from "#cli/io/ledger.ts";
import { optionalPlatformUrl, readSettings } from "#cli/io/settings.ts";
import { openState } from "#cli/io/state.ts";
import { type Io, say, sayJson } from "#cli/io/terminal.ts";

export type RevokeAddOptions = { episodeId: string; reason?: string; json?: boolean };

const LONGEST_REASON = 2_000;

/** Queues the withdrawal of an episode on every platform that it was sent to. It takes effect with `revoke sync`. */
export function revokeAdd(io: Io, options: RevokeAddOptions): ExitCode {
  const episodeId = options.episodeId.toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(episodeId)) {
    throw usageFailure(
      "id_invalid",
      "--episode-id must be the episode's whole id, 64 hexadecimal digits, as in the episode's address.",
    );
  }
  if ((options.reason?.length ?? 0) > LONGEST_REASON) {
    throw usageFailure("reason_too_long", `--reason may have ${LONGEST_REASON} characters at most.`);
  }
  const settings = readSettings(io);
  const configured = optionalPlatformUrl(settings);
  const state = openState(settings.home);
  try {
    const sentTo = platformsOf(state, episodeId);
    // one that this machine has not sent is asked for at the platform that is set, now or when syncing
    const platforms = sentTo.length > 0 ? sentTo : [configured ?? ""];
    const at = io.now().toISOString();
    const added = platforms.map((platform) =>
      addRevocation(state, { platform, episodeId, reason: options.reason, at }),
    );
    const isNew = added.includes(true);
    if (options.json) {
      const nextSteps = ["trace-share revoke sync"];
      sayJson(io, {
        ok: true,
        episode_id: episodeId,
        new: isNew,
        known_upload: sentTo.length > 0,
        next_steps: nextSteps,
      });
    } else {
      say(io, `${isNew ? "queued" : "queued before"}: ${episodeId}`);
      say(io, "not confirmed: the platform has not been told yet");
      say(io, "Next: trace-share revoke sync");
    }
    return EXIT.ok;
  } finally {
    state.close();
  }
}
