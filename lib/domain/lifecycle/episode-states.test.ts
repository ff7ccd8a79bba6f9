import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ACTOR_KINDS,
  type ActorKind,
  EPISODE_EDGES,
  EPISODE_STATES,
  type EpisodeEvent,
  type EpisodeEventType,
  type EpisodeState,
  type Lifecycle,
  RECEIVED,
  transition,
} from "./episode-states.ts";
import { type PublishableFacts, publishable } from "./publishable.ts";
import { replay, type StoredEpisodeEvent } from "./replay.ts";
import { visibilityOf } from "./visibility.ts";

const RULES = {
  rulesVersion: "1-test",
  consentVersions: ["c"],
  licenses: ["CC0-1.0"] as const,
  paused: false,
};
const CLEAN: PublishableFacts = {
  tombstone: null,
  openHides: 0,
  openBlockingCases: 0,
  legalHold: false,
  consent: { publicSearchable: true, trainable: true, version: "c" },
  license: "CC0-1.0",
  scan: { rulesVersion: "1-test", openFindings: 0 },
};
const answer = publishable(CLEAN, RULES);
if (!answer.ok) throw new Error("the clean facts must be publishable");
const { clearance } = answer;

const EVENTS: Record<EpisodeEventType, EpisodeEvent> = {
  screened: { type: "screened" },
  invalid: { type: "invalid", reason: "schema_invalid" },
  auto_released: { type: "auto_released", clearance },
  claimed: { type: "claimed", by: "m", leaseUntil: new Date(1) },
  unclaimed: { type: "unclaimed" },
  approved: { type: "approved", clearance },
  rejected: { type: "rejected", reason: "spam" },
  hidden: { type: "hidden", reason: "precaution" },
  unhidden: { type: "unhidden", clearance },
  taken_down: { type: "taken_down", reason: "copyright", legal: false },
  restored: { type: "restored", clearance },
  revoked: { type: "revoked" },
  superseded: { type: "superseded" },
  finalised: { type: "finalised" },
  erased: { type: "erased" },
};
const TYPES = Object.keys(EVENTS) as EpisodeEventType[];
const edges = EPISODE_STATES.flatMap((from) =>
  TYPES.flatMap((type) => {
    const edge = EPISODE_EDGES[from][type];
    return edge ? [{ from, type, ...edge }] : [];
  }),
);

/** Random walks: every actor tries every event; what is legal happens. */
const walk = fc.array(fc.tuple(fc.constantFrom(...TYPES), fc.constantFrom(...ACTOR_KINDS)), {
  maxLength: 40,
});

function run(steps: readonly (readonly [EpisodeEventType, ActorKind])[]) {
  let lifecycle = RECEIVED;
  const log: StoredEpisodeEvent[] = [];
  const trail: Lifecycle[] = [lifecycle];
  steps.forEach(([type, actor], index) => {
    const at = new Date(index);
    const event = EVENTS[type];
    const result = transition(lifecycle, event, { actor, at });
    if (!result.ok) return;
    log.push({ ...event, from: lifecycle.state, to: result.next.state, at });
    lifecycle = result.next;
    trail.push(lifecycle);
  });
  return { lifecycle, log, trail };
}

function reachable(from: EpisodeState): Set<EpisodeState> {
  const seen = new Set([from]);
  for (const state of seen) for (const edge of edges) if (edge.from === state) seen.add(edge.to);
  return seen;
}

describe("episode states", () => {
  it.each(["tombstoned", "erased", "rejected"] as const)("lead from %s to public by no path", (state) => {
    expect(reachable(state).has("published")).toBe(false);
  });

  it("have no edge into published that a clock or a contributor may take", () => {
    const into = edges.filter((edge) => edge.to === "published");
    expect(into.length).toBeGreaterThan(0);
    for (const edge of into) {
      expect(edge.by).not.toContain("clock");
      expect(edge.by).not.toContain("contributor");
    }
  });

  it("enter published only with the guard's clearance, even past the compiler", () => {
    for (const edge of edges.filter((candidate) => candidate.to === "published")) {
      const actor = edge.by[0] ?? "staff";
      const forged = { type: edge.type } as EpisodeEvent; // what an unchecked caller could send
      const current = { ...RECEIVED, state: edge.from };
      expect(transition(current, forged, { actor, at: new Date(0) }).ok).toBe(false);
      expect(transition(current, EVENTS[edge.type], { actor, at: new Date(0) }).ok).toBe(true);
    }
  });

  it("let a contributor withdraw from every state that is not over", () => {
    for (const state of EPISODE_STATES.filter((name) => name !== "tombstoned" && name !== "erased")) {
      const result = transition({ ...RECEIVED, state }, EVENTS.revoked, {
        actor: "contributor",
        at: new Date(0),
      });
      expect(result.ok && ["tombstoned", "erased"].includes(result.next.state)).toBe(true);
    }
  });

  it("refuse an illegal step by naming the current state", () => {
    expect(transition(RECEIVED, EVENTS.approved, { actor: "staff", at: new Date(0) })).toEqual({
      ok: false,
      from: "received",
      event: "approved",
    });
  });

  it("are rebuilt from the events of any walk", () => {
    fc.assert(
      fc.property(walk, (steps) => {
        const { lifecycle, log } = run(steps);
        expect(replay(log)).toEqual(lifecycle);
      }),
    );
  });

  it("never come back to public after a withdrawal, on any walk", () => {
    fc.assert(
      fc.property(walk, (steps) => {
        const { trail } = run(steps);
        const withdrawn = trail.findIndex((step) => step.tombstone === "withdrawn");
        if (withdrawn >= 0) {
          expect(trail.slice(withdrawn).some((step) => step.state === "published")).toBe(false);
        }
      }),
    );
  });

  it("answer 404 for ever what was never public, on any walk", () => {
    fc.assert(
      fc.property(walk, (steps) => {
        const { trail } = run(steps);
        const wasPublic = trail.some((step) => step.state === "published");
        const last = trail.at(-1) ?? RECEIVED;
        expect(visibilityOf(last) === "unknown").toBe(!wasPublic);
      }),
    );
  });
});

describe("replay", () => {
  it("refuses a log that tells an impossible story", () => {
    const at = new Date(0);
    expect(replay([{ type: "approved", from: "in_review", to: "published", at }])).toBeNull();
    expect(replay([{ type: "screened", from: "received", to: "published", at }])).toBeNull();
  });
});

describe("publishable", () => {
  it.each([
    [{ tombstone: "withdrawn" as const }, "tombstoned"],
    [{ openHides: 1 }, "hidden"],
    [{ openBlockingCases: 1 }, "case_open"],
    [{ legalHold: true }, "legal_hold"],
    [{ consent: { ...CLEAN.consent, trainable: false } }, "consent_withdrawn"],
    [{ consent: { ...CLEAN.consent, version: "old" } }, "consent_version_unknown"],
    [{ license: "CC-BY-4.0" as const }, "license_unknown"],
    [{ scan: null }, "not_scanned"],
    [{ scan: { rulesVersion: "0-old", openFindings: 0 } }, "scan_outdated"],
    [{ scan: { rulesVersion: "1-test", openFindings: 1 } }, "findings_open"],
  ])("refuses %j with %s", (change, reason) => {
    expect(publishable({ ...CLEAN, ...change }, RULES)).toEqual({ ok: false, reasons: [reason] });
  });

  it("refuses everything while the instance is paused", () => {
    expect(publishable(CLEAN, { ...RULES, paused: true })).toEqual({ ok: false, reasons: ["paused"] });
  });
});
