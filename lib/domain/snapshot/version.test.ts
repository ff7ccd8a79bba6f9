import { describe, expect, it } from "vitest";
import { compareVersions, nextMajor, parseVersion } from "./version.ts";

describe("release versions", () => {
  it.each(["1.0", "v1.0.0", "01.0.0", "1.0.0-rc.1", "1.0.0+x", " 1.0.0", "1.0.0\n", "1.0.0000000", ""])(
    "refuses %j",
    (text) => expect(parseVersion(text)).toBeNull(),
  );

  it("orders by number, not by text", () => {
    expect(["10.0.0", "9.0.0", "1.2.10", "1.2.9"].toSorted(compareVersions)).toEqual([
      "1.2.9",
      "1.2.10",
      "9.0.0",
      "10.0.0",
    ]);
  });

  it("puts the next major above every version there is", () => {
    expect(nextMajor(["1.0.0", "3.1.4", "2.0.0"])).toBe("4.0.0");
    expect(nextMajor([])).toBe("1.0.0");
  });
});
