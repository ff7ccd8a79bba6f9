import { z } from "zod";
import { EpisodeRecord, Hex64, Step } from "#lib/domain/episode/schema.ts";

const { source, task, outcome, usage, counts, disclosure, redactions, content_hash, hash_basis } =
  EpisodeRecord.shape;

const at = { at: true } as const;
const timed = { offset_ms: z.int().min(0).optional() };
const [user, assistant, toolCall, toolResult, event] = Step.options;
const PublicStepShape = z.discriminatedUnion("kind", [
  user.omit(at).extend(timed),
  assistant.omit(at).extend(timed),
  toolCall.omit(at).extend(timed),
  toolResult.omit(at).extend(timed),
  event.omit(at).extend(timed),
]);

/** The public form of an episode (lib/domain/episode/public-form.ts) as the API document describes it. */
export const PublicEpisodeShape = z.strictObject({
  schema: z.literal("trace-share/public-episode/2"),
  id: Hex64,
  content_hash,
  hash_basis,
  source,
  session: z.strictObject({ position: z.int().min(1).optional() }),
  date: z.iso.date().optional(),
  task,
  steps: z.array(PublicStepShape),
  outcome,
  usage,
  counts,
  disclosure,
  redactions,
  sanitizer: z.strictObject({ rules_version: z.string() }),
  rights: EpisodeRecord.shape.rights.pick({ license: true, consent_version: true }),
  labels: z.strictObject({ session: z.string(), contributor: z.string() }).optional(),
});
