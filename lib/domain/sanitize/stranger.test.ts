import { describe, expect, it } from "vitest";
import { createRedactor } from "./redact.ts";

const redact = (text: string) =>
  createRedactor({
    salt: "salt",
    sessionId: "s",
    facts: { cwds: [], gitRemotes: [], gitBranches: [] },
  }).redactText(text);

describe("what surrounds a finding", () => {
  it("keeps the names and lines of assignments that follow each other", () => {
    const lines = redact(`A_TOKEN=Zw3tschgeMixer71x\nB_SECRET=Qo9-mNb2vCx8\nC_KEY=9fJ2kLmN4pQr`).split("\n");
    expect(lines.map((line) => line.split("=")[0])).toEqual(["A_TOKEN", "B_SECRET", "C_KEY"]);
  });

  it("keeps the quote that closes a name, and the command after an unquoted one", () => {
    expect(redact("git config user.name 'Wilma Kessel' && ls")).toMatch(
      /^git config user\.name 'user_\w+' && ls$/,
    );
    expect(redact("git -c user.name=Wilma commit -m x")).toContain(" commit -m x");
  });

  it("finds a number that only looks like one set aside for fiction", () => {
    expect(redact("call +49 171 5550193 now")).not.toContain("5550193");
    expect(redact("call +1 212-555-0193 now")).toContain("555-0193");
  });
});
