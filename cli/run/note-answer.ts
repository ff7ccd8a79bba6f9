import type { Answer } from "#cli/io/api-client.ts";
import type { Refusal } from "#cli/io/exchange.ts";
import { type CliFailure, machineFailure, systemCode } from "#cli/io/failure.ts";
import { storeUpload } from "#cli/io/ledger.ts";
import type { State } from "#cli/io/state.ts";
import type { Receipt } from "#lib/domain/wire/messages.ts";
import type { SealedEpisode } from "./seal.ts";

/** What became of one episode that was to be sent. One that is not confirmed was sent and has no answer: it may have arrived. */
export type Sent =
  | {
      id: string;
      status: "uploaded";
      publicId: string;
      isNew: boolean;
      warnings: readonly { code: string; path: string }[];
    }
  | { id: string; status: "refused" | "withdrawn"; refusal: Refusal }
  | { id: string; status: "not_sent" }
  | { id: string; status: "not_confirmed" };

type Context = { state: State; platform: string; now: () => Date };

/** Reads one answer of the platform and remembers it, if it is for good. Throws a CliFailure when it can't be noted. */
export function noteAnswer(episode: SealedEpisode, answer: Answer<Receipt>, context: Context): Sent {
  const { id } = episode;
  if (answer.ok && answer.value.episode_id === id) {
    remember(episode, { answer: "stored", publicId: answer.value.public_id }, context);
    const { public_id: publicId, warnings } = answer.value;
    return { id, status: "uploaded", publicId, isNew: answer.status === 201, warnings };
  }
  if (answer.ok) return { id, status: "refused", refusal: otherEpisode(answer.status) };
  if (answer.refusal.status !== 410) return { id, status: "refused", refusal: answer.refusal };
  // withdrawn is for ever: this slot is not offered to this platform again
  remember(episode, { answer: "withdrawn", publicId: undefined }, context);
  return { id, status: "withdrawn", refusal: answer.refusal };
}

function remember(
  episode: SealedEpisode,
  { answer, publicId }: { answer: "stored" | "withdrawn"; publicId: string | undefined },
  { state, platform, now }: Context,
): void {
  const { contentHash, told, id: episodeId, slot, source } = episode;
  try {
    const at = now().toISOString();
    storeUpload(state, { platform, contentHash, told, episodeId, publicId, slot, source, answer, at });
  } catch (cause) {
    throw notNoted(cause);
  }
}

/** Stops the rest; what is on its way is still noted, if it can be. */
function notNoted(cause: unknown): CliFailure {
  const message = `An answer of the platform can't be noted in the local state (${systemCode(cause) ?? "unknown"}).`;
  return machineFailure("state_unusable", message, {
    nextSteps: [
      "make room or end what else uses the state, then run the same command again: it asks once more",
    ],
    cause,
  });
}

/** A receipt for another episode confirms nothing. */
function otherEpisode(status: number): Refusal {
  const detail = "The platform's receipt names another episode.";
  return { status, code: "receipt_mismatch", detail, faults: [] };
}
