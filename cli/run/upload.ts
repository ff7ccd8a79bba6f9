import type { ApiClient, Refusal } from "#cli/io/api-client.ts";
import { CliFailure } from "#cli/io/failure.ts";
import { storeUpload } from "#cli/io/ledger.ts";
import type { State } from "#cli/io/state.ts";
import type { Planned } from "./plan.ts";
import type { SealedEpisode } from "./seal.ts";

/** What became of one episode that was to be sent. */
export type Sent =
  | {
      id: string;
      status: "uploaded";
      publicId: string;
      isNew: boolean;
      warnings: readonly { code: string; path: string }[];
    }
  | { id: string; status: "refused" | "withdrawn"; refusal: Refusal }
  | { id: string; status: "not_sent" };

export type Uploading = {
  sent: Map<string, Sent>;
  /** Why sending stopped before the end, if it did: every answer until then is kept. */
  stopped: CliFailure | undefined;
};

/**
 * Sends what was planned, one after the other, and remembers each answer at once: a run that is cut off goes on where it
 * was. A refused record refuses itself alone; no answer or no right to send stops the rest.
 */
export async function uploadEpisodes(
  planned: readonly Planned[],
  context: { client: ApiClient; state: State; now: () => Date; onProgress: (text: string) => void },
): Promise<Uploading> {
  const toSend = planned.flatMap(({ episode, decision }) => (decision === "send" ? [episode] : []));
  const sent = new Map<string, Sent>();
  let stopped: CliFailure | undefined;
  for (const episode of toSend) {
    if (stopped) {
      sent.set(episode.id, { id: episode.id, status: "not_sent" });
      continue;
    }
    context.onProgress(`sending ${sent.size + 1} of ${toSend.length}`);
    try {
      sent.set(episode.id, await sendOne(episode, context));
    } catch (error) {
      if (!(error instanceof CliFailure)) throw error;
      stopped = error;
      sent.set(episode.id, { id: episode.id, status: "not_sent" });
    }
  }
  return { sent, stopped };
}

async function sendOne(
  episode: SealedEpisode,
  context: { client: ApiClient; state: State; now: () => Date },
): Promise<Sent> {
  const { id } = episode;
  const answer = await context.client.send(episode);
  if (answer.ok && answer.value.episode_id === id) {
    remember(episode, { ...context, answer: "stored", publicId: answer.value.public_id });
    const { public_id: publicId, warnings } = answer.value;
    return { id, status: "uploaded", publicId, isNew: answer.status === 201, warnings };
  }
  if (answer.ok) return { id, status: "refused", refusal: otherEpisode(answer.status) };
  if (answer.refusal.status !== 410) return { id, status: "refused", refusal: answer.refusal };
  // withdrawn is for ever: this slot is not offered to this platform again
  remember(episode, { ...context, answer: "withdrawn", publicId: undefined });
  return { id, status: "withdrawn", refusal: answer.refusal };
}

function remember(
  episode: SealedEpisode,
  context: {
    client: ApiClient;
    state: State;
    now: () => Date;
    answer: "stored" | "withdrawn";
    publicId: string | undefined;
  },
): void {
  storeUpload(context.state, {
    platform: context.client.platform,
    contentHash: episode.contentHash,
    episodeId: episode.id,
    publicId: context.publicId,
    slot: episode.slot,
    source: episode.source,
    answer: context.answer,
    at: context.now().toISOString(),
  });
}

/** A receipt for another episode confirms nothing. */
function otherEpisode(status: number): Refusal {
  const detail = "The platform's receipt names another episode.";
  return { status, code: "receipt_mismatch", detail, faults: [] };
}
