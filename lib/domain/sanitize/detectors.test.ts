import { describe, expect, it } from "vitest";
import { createRedactor } from "./redact.ts";
import { DETECTORS } from "./rule-table.ts";
import { scanText } from "./scan-text.ts";
import { makeSecret, makeShort } from "./testing/make-secret.ts";

const facts = { cwds: [], gitRemotes: [], gitBranches: [] };

describe("registry/detectors.json", () => {
  it("gives every rule an id of its own", () => {
    expect(new Set(DETECTORS.map((detector) => detector.id)).size).toBe(DETECTORS.length);
  });

  it.each(DETECTORS.map((detector) => [detector.id, detector] as const))(
    "%s finds its ng line",
    (_, detector) => {
      for (const seed of [1, 2, 3]) {
        const secret = makeSecret(detector.shape, seed);
        const text = detector.ng.replace("{{secret}}", secret);
        const bare = detector.pattern.source.replace(/\\./g, "x").replace(/\[[^\]]*\]/g, "x");
        expect(bare).not.toMatch(/[*+]|\{\d+,\}/); // every repeat is bounded, so none is nested and unbounded
        expect(
          scanText(text).some((span) => text.slice(span.start, span.end).includes(secret.slice(4))),
        ).toBe(true);
        expect(createRedactor({ salt: "s", sessionId: "x", facts }).redactText(text)).not.toContain(
          secret.slice(4),
        );
      }
    },
  );

  it.each(DETECTORS.map((detector) => [detector.id, detector] as const))(
    "%s leaves its ok line alone",
    (_, detector) => {
      const text = detector.ok.replace("{{short}}", makeShort(detector.shape));
      expect(createRedactor({ salt: "s", sessionId: "x", facts }).redactText(text)).toBe(text);
    },
  );
});
