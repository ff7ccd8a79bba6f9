import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { admin, contributor, share } from "#e2e/support/instance.ts";
import { startWeb } from "#e2e/support/platform-processes.ts";
import { freePort } from "#workers/embedded-postgres/free-port.ts";

// One more web process over the walks' data, which lets nobody read without an account. What it answers to whom, in every form:
// e2e/two/private-instance.spec.ts.

test("a visitor of a private instance is led to sign in and back to the page, and one without an account is not", async ({
  page,
}) => {
  const [id] = await share(await contributor("private-walk@example.org", ["Wait for the erbium queue"]));
  const env = JSON.parse(process.env["WALK_ENV"] ?? "{}") as Record<string, string>; // written by walks-platform.ts
  const logFile = join(env["DATA_DIR"] ?? "", "..", "platform.log");
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const own = { ...env, INSTANCE_ACCESS: "private", METRICS_PORT: "", PUBLIC_URL: url, NEXTAUTH_URL: url };
  const web = await startWeb(own, port, { logFile });
  const ask = async (email: string) => {
    await page.getByLabel("E-mail address").fill(email);
    await page.getByRole("button", { name: "Send me a link" }).click();
    await page.waitForURL(/\/sign-in\/check/);
  };
  const linksFor = (email: string) =>
    (readFileSync(logFile, "utf8").match(/http:\S+\/api\/auth\/callback\/email\S+/g) ?? []).filter(
      (link) => new URL(link).searchParams.get("email") === email,
    );
  try {
    const address = `${url}/episodes/${id}?part=1`;
    expect((await page.goto(address))?.status()).toBe(401);
    await expect(page.getByRole("heading", { name: "This instance is private" })).toBeVisible();
    await expect(page.getByText("erbium")).toHaveCount(0);
    await expect(page.getByRole("link", { name: "Releases" })).toHaveCount(0);
    await page.getByRole("main").getByRole("link", { name: "Sign in" }).click();
    await ask("private-walk-stranger@example.org");
    await page.goto(address);
    await page.getByRole("main").getByRole("link", { name: "Sign in" }).click();
    await admin("user", "create", "private-walk@example.org", "--role", "contributor");
    await ask("private-walk@example.org");
    await expect.poll(() => linksFor("private-walk@example.org").length, { timeout: 20_000 }).toBe(1);
    await page.goto(linksFor("private-walk@example.org")[0] ?? "");
    expect(page.url()).toBe(address);
    await expect(page.getByRole("heading", { name: /erbium/ })).toBeVisible();
    expect(linksFor("private-walk-stranger@example.org")).toEqual([]);
  } finally {
    await web.stop();
  }
});
