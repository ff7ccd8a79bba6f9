import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { at, clearance, openStoreFixture, type StoreFixture } from "#db/testing/store-fixture.ts";
import {
  EPISODE_EDGES,
  type EpisodeEvent,
  type EpisodeEventType,
} from "#lib/domain/lifecycle/episode-states.ts";
import { replay } from "#lib/domain/lifecycle/replay.ts";

let fixture: StoreFixture;
beforeAll(async () => {
  fixture = await openStoreFixture();
});
afterAll(() => fixture.close());

/** What an event of each type says in this walk. */
function eventOf(type: EpisodeEventType, minute: number): EpisodeEvent {
  if (type === "claimed")
    return { type, by: `person-${minute}`, leaseUntil: new Date(at.getTime() + minute * 60_000) };
  if (type === "taken_down") return { type, reason: `reason-${minute}`, legal: minute % 2 === 0 };
  if (type === "invalid" || type === "rejected" || type === "hidden")
    return { type, reason: `reason-${minute}` };
  if (type === "auto_released" || type === "approved" || type === "unhidden" || type === "restored") {
    return { type, clearance };
  }
  return { type };
}

test("replaying the log of any legal walk rebuilds the row", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(1_000), { maxLength: 14 }), async (choices) => {
      let episode = await fixture.insert();
      for (const [minute, choice] of choices.entries()) {
        const edges = Object.entries(EPISODE_EDGES[episode.lifecycle.state]);
        const edge = edges[choice % edges.length];
        if (!edge) break;
        const [type, { by }] = edge;
        const cause = {
          actor: by[choice % by.length] ?? "rule",
          actorId: choice % 3 === 0 ? "somebody" : null,
          role: choice % 3 === 0 ? ("moderator" as const) : null,
          caseId: null,
          at: new Date(at.getTime() + minute * 1_000 + choice),
        };
        // the keys of one row of the table
        episode = await fixture.apply(episode, eventOf(type as EpisodeEventType, minute), cause);
      }
      const log = await fixture.store.episodes.log(episode.id);
      expect(log.length).toBe(episode.version);
      expect(replay(log)).toEqual(episode.lifecycle);
      expect(await fixture.store.episodes.byId(episode.id)).toEqual(episode);
    }),
    { numRuns: 30 },
  );
});
