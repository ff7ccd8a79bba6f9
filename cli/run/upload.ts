import type { Answer, ApiClient } from "#cli/io/api-client.ts";
import { CliFailure } from "#cli/io/failure.ts";
import { counted } from "#cli/io/report.ts";
import type { State } from "#cli/io/state.ts";
import type { Receipt } from "#lib/domain/wire/messages.ts";
import { batchSize, nextPace, slowerPace, startPace } from "./batch-pace.ts";
import { noteAnswer, type Sent } from "./note-answer.ts";
import type { Planned } from "./plan.ts";
import type { SealedEpisode } from "./seal.ts";
import { startProgress, type UploadProgress } from "./upload-progress.ts";

export type Uploading = {
  sent: Map<string, Sent>;
  /** Why sending stopped before the end, if it did: every answer until then is kept. */
  stopped: CliFailure | undefined;
};

/** How many requests are open at the same time. */
const SIDE_BY_SIDE = 4;
/** What a platform answers that knows no batches, or has switched them off. */
const NO_BATCHES = [404, 405, 415, 501];

type Context = {
  client: ApiClient;
  state: State;
  now: () => Date;
  /** Sends one by one, and nothing more after the first refusal. */
  stopOnRefusal: boolean;
  /** Aborted when the person does not want to go on. What is on its way is still waited for. */
  stop: AbortSignal;
  onProgress: (progress: UploadProgress) => void;
};

/**
 * Sends what was planned in batches, a few of them at a time, and remembers each answer at once: a run that is cut off goes on where it
 * was. A refused record refuses itself alone; no answer, no right to send or the person's own wish stops the rest. The first request goes
 * alone, so that a refused token or a full platform is found out once. Where the platform takes no batches, or nothing may follow a
 * refusal, episodes go one by one.
 */
export async function uploadEpisodes(planned: readonly Planned[], context: Context): Promise<Uploading> {
  const toSend = planned.flatMap(({ episode, decision }) => (decision === "send" ? [episode] : []));
  const upload = new Upload(toSend, context);
  await upload.step(1);
  if (upload.singly) await upload.step(1);
  const lanes = context.stopOnRefusal ? 1 : SIDE_BY_SIDE;
  await Promise.all(Array.from({ length: lanes }, () => upload.toTheEnd(lanes)));
  return upload.result();
}

/** One upload under way: what waits, what has an answer, and how to send the next. */
class Upload {
  singly: boolean;
  private readonly waiting: SealedEpisode[];
  private readonly context: Context;
  private readonly progress: UploadProgress;
  private readonly uploading: Uploading = { sent: new Map(), stopped: undefined };
  /** Ids that were sent and not answered: they may have arrived. */
  private readonly unsure = new Set<string>();
  private pace = startPace();

  constructor(toSend: readonly SealedEpisode[], context: Context) {
    this.waiting = [...toSend];
    this.context = context;
    this.singly = context.stopOnRefusal || !context.client.inBatches;
    this.progress = startProgress(toSend, context.now().getTime());
  }

  async toTheEnd(lanes: number): Promise<void> {
    while (this.waiting.length > 0 && !this.uploading.stopped) await this.step(lanes);
  }

  /** Sends the next request and waits for its answers; so many do so side by side. */
  async step(lanes: number): Promise<void> {
    const { waiting, uploading, context } = this;
    if (waiting.length === 0 || uploading.stopped) return;
    const size = this.singly ? 1 : batchSize(waiting, this.pace, lanes);
    const taken = waiting.splice(0, size);
    context.onProgress(this.progress);
    try {
      if (this.singly) for (const episode of taken) await this.sendOne(episode);
      else await this.sendBatch(taken);
    } catch (error) {
      if (!(error instanceof CliFailure)) throw error;
      uploading.stopped ??= error;
      this.giveUp(taken);
    }
    if (context.stop.aborted) uploading.stopped ??= interrupted(waiting.length);
  }

  result(): Uploading {
    this.giveUp(this.waiting);
    return this.uploading;
  }

  private giveUp(episodes: readonly SealedEpisode[]): void {
    const { unsure } = this;
    const { sent } = this.uploading;
    for (const { id } of episodes) {
      if (!sent.has(id)) sent.set(id, { id, status: unsure.has(id) ? "not_confirmed" : "not_sent" });
    }
  }

  private async sendOne(episode: SealedEpisode): Promise<void> {
    const onUnsure = () => void this.unsure.add(episode.id);
    this.note(episode, await this.context.client.send(episode, onUnsure));
  }

  private async sendBatch(episodes: readonly SealedEpisode[]): Promise<void> {
    const { unsure } = this;
    const startedAt = this.context.now().getTime();
    const onAnswer = (episode: SealedEpisode, answer: Answer<Receipt>) => this.note(episode, answer);
    const sent = await this.context.client.sendBatch({ episodes, onAnswer, unsure });
    if (sent.done) {
      const milliseconds = this.context.now().getTime() - startedAt;
      this.pace = nextPace(this.pace, { milliseconds, requests: sent.requests });
      return;
    }
    // a batch that is refused as a whole says nothing of any record in it that has no answer yet
    this.singly ||= NO_BATCHES.includes(sent.refusal.status);
    this.pace = slowerPace(this.pace);
    const [first, ...more] = episodes;
    if (first && more.length === 0 && !this.singly) return this.sendOne(first);
    this.waiting.unshift(...episodes.filter(({ id }) => !this.uploading.sent.has(id)));
  }

  /** Remembers an answer. That one can't be noted stops what is not yet on its way. */
  private note(episode: SealedEpisode, answer: Answer<Receipt>): void {
    const { client, state, now, stopOnRefusal, onProgress } = this.context;
    const { uploading, progress } = this;
    try {
      const sent = noteAnswer(episode, answer, { platform: client.platform, state, now });
      uploading.sent.set(episode.id, sent);
      if (stopOnRefusal && sent.status !== "uploaded") uploading.stopped ??= refusedFirst(sent);
    } catch (error) {
      if (!(error instanceof CliFailure)) throw error;
      uploading.sent.set(episode.id, { id: episode.id, status: "not_confirmed" });
      uploading.stopped ??= error;
    }
    progress.episodes += 1;
    progress.bytes += episode.bytes;
    onProgress(progress);
  }
}

/** Undefined when the last one was sent: then there was nothing left to interrupt. */
function interrupted(left: number): CliFailure | undefined {
  if (left === 0) return undefined;
  return new CliFailure(
    "interrupted",
    `Interrupted: ${counted(left, "episode")} not sent. What is sent is noted.`,
    {
      nextSteps: ["run the same command again: it goes on where it was"],
    },
  );
}

function refusedFirst(sent: Sent): CliFailure {
  const code = "refusal" in sent ? sent.refusal.code : "refused";
  return new CliFailure(
    "stopped_on_refusal",
    `Stopped at the first refusal (${code}), as --on-refusal stop asks.`,
    {
      nextSteps: [
        "trace-share review --reject ID, or run without --on-refusal stop: a refusal then refuses that episode alone",
      ],
    },
  );
}
