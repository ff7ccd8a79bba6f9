import { expect, test } from "@playwright/test";
import { admin, contributor, share, signIn } from "#e2e/support/instance.ts";

// Stops the whole instance, so this file walks after all the others (playwright.config.ts).

test("the pause is shown on every page, stops uploads and leaves reading alone", async ({
  page,
  request,
}) => {
  const early = await contributor("pause-walk@example.org", ["Wait for the europium queue"]);
  await signIn(page, "pause-lead@example.org", "lead");
  await page.goto("/moderation");
  await page.getByRole("button", { name: "Pause this instance" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Pause now" }).click();
  try {
    await expect(page.getByText(/paused/i).first()).toBeVisible();
    await page.goto("/about");
    await expect(page.getByText(/paused/i).first()).toBeVisible();
    const headers = { authorization: `Bearer ${early.token}` };
    const refused = await request.post("/v1/episodes", { headers, data: {} });
    expect(refused.status()).toBe(503);
    expect(await refused.json()).toMatchObject({ code: "paused" });
    const lines = { ...headers, "content-type": "application/x-ndjson" };
    const batch = await request.post("/v1/episodes/batch", { headers: lines, data: "{}\n" });
    expect([batch.status(), await batch.json()]).toMatchObject([503, { code: "paused" }]);
    expect((await request.get("/releases")).status()).toBe(200);
    await page.goto("/moderation");
    await page.getByRole("button", { name: "Resume this instance" }).click();
    await expect(page.getByRole("button", { name: "Pause this instance" })).toBeVisible();
  } finally {
    await admin("resume");
  }
  const [id] = await share(early);
  await expect.poll(async () => (await request.get(`/episodes/${id}`)).status()).toBe(200);
});
