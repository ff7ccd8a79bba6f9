import postgres from "postgres";
import { expect, it } from "vitest";
import { OPERATOR } from "#lib/domain/access/policy.ts";
import { endAllSessions } from "./end-sessions.ts";
import { createSignInLink } from "./sign-in-link.ts";
import { testPlatform } from "./testing/platform.ts";

it("ends every session and open sign-in link, and the never-forget log keeps that", async () => {
  const platform = await testPlatform({ working: false });
  const sql = postgres(platform.databaseUrl, { max: 1 });
  try {
    const { deps } = platform;
    const ada = await platform.person("ada@example.org");
    await createSignInLink(deps, OPERATOR, { email: "ada@example.org" });
    await sql`insert into session (token_hash, account_id, expires) values ('t', ${ada.userId}, now() + interval '1 day')`;
    expect(await endAllSessions(deps, OPERATOR)).toBe(1);
    const [left] =
      await sql`select (select count(*) from session) + (select count(*) from verification_token) as n`;
    expect(Number(left?.["n"])).toBe(0);
    const entries = await Array.fromAsync(deps.permanence.entries());
    expect(entries.map(({ fact }) => fact)).toEqual([{ type: "sessions.revoked", account: ada.userId }]);
    await expect(endAllSessions(deps, ada)).rejects.toMatchObject({ code: "forbidden" });
  } finally {
    await sql.end();
    await platform.close();
  }
});
