import { expect, it } from "vitest";
import { OPERATOR } from "#lib/domain/access/policy.ts";
import { grantRole } from "./accounts.ts";
import { testPlatform } from "./testing/platform.ts";

it("gives a role to somebody who is there, and makes nobody of a slip in the address", async () => {
  const platform = await testPlatform({ working: false });
  try {
    const { deps } = platform;
    const ada = await platform.person("ada@example.org");
    const input = { email: "ada@example.org", role: "moderator" } as const;
    expect((await grantRole(deps, OPERATOR, input)).roles).toContain("moderator");
    const slip = grantRole(deps, OPERATOR, { ...input, email: "adda@example.org" });
    await expect(slip).rejects.toMatchObject({ code: "not_found" });
    await expect(grantRole(deps, ada, input)).rejects.toMatchObject({ code: "forbidden" });
    expect(await deps.store.accounts.count()).toBe(1);
  } finally {
    await platform.close();
  }
});
