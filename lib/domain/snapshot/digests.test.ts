import { describe, expect, it } from "vitest";
import { sha256Hex } from "#lib/domain/hash.ts";
import { membersDigest, runningDigest } from "./digests.ts";

describe("members digest", () => {
  it("gives the published vectors", () => {
    const roots = [0, 1, 2, 3].map((count) => {
      const root = membersDigest();
      for (let n = 0; n < count; n += 1) root.add(String(n).repeat(64), "a".repeat(64));
      return root.hex();
    });
    expect(roots).toEqual([
      "c63203069a7c71306f2a9f0eeb022cbf3b1697434276439491b546be1e1191a3",
      "0a93c1be8fdb45ea4a0b5935459faf5325476d362ea5acf07f74b9ab7c9bdafb",
      "7a4450a0bbe8ba18b0b4d1de440ec7bad41a018e85df5dd763d99675b0a67889",
      "4824164c796d4e2e5a1ac73491ac56bf9781a85b98cd413ad9b227cc862e3baa",
    ]);
  });
});

describe("running digest", () => {
  it("equals the digest of the whole, and counts bytes", () => {
    const digest = runningDigest();
    digest.add("é");
    digest.add(new Uint8Array([10]));
    expect(digest.bytes()).toBe(3);
    expect(digest.hex()).toBe(sha256Hex("é\n"));
  });
});
