import { describe, expect, it } from "vitest";
import { ago, bytes, counted, day, duration, minute } from "./format.ts";

const now = new Date("2026-11-22T12:00:00Z");

describe("figures on pages", () => {
  it("never stand without their unit", () => {
    expect([counted(1, "step"), counted(31_017, "step"), counted(2, "entry", "entries")]).toEqual([
      "1 step",
      "31,017 steps",
      "2 entries",
    ]);
    expect([bytes(1), bytes(812), bytes(4_300), bytes(8 * 1_024 * 1_024)]).toEqual([
      "1 byte",
      "812 bytes",
      "4.2 KiB",
      "8.0 MiB",
    ]);
    expect([duration(2_300), duration(45_000), duration(83_000), duration(7_800_000)]).toEqual([
      "2.3 s",
      "45 s",
      "1 m 23 s",
      "2 h 10 m",
    ]);
  });

  it("dates are absolute with a coarse hint, in the past and in the future", () => {
    expect(day(now)).toBe("22 Nov 2026");
    expect(minute(now)).toBe("22 Nov 2026, 12:00 UTC");
    const hints = [0, 1, 12, 200, 900, -1, -90].map((days) =>
      ago(new Date(now.getTime() - days * 86_400_000), now),
    );
    expect(hints).toEqual([
      "today",
      "yesterday",
      "12 days ago",
      "7 months ago",
      "2 years ago",
      "tomorrow",
      "in 3 months",
    ]);
  });
});
