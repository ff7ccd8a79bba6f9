import { expect, test } from "@playwright/test";
import { contributor, share, signIn } from "#e2e/support/instance.ts";

test("a signed-in contributor sees what they shared and withdraws it", async ({ page, request }) => {
  const word = `neodymium${Date.now()}`;
  const [id] = await share(await contributor("mine-walk@example.org", [`Tame the ${word} build`]));
  await expect.poll(async () => (await request.get(`/episodes/${id}`)).status()).toBe(200);
  await signIn(page, "mine-walk@example.org", "contributor");
  await page.goto("/me/episodes");
  await expect(page.getByRole("row", { name: new RegExp(word) })).toContainText(/published|public/i);
  await page
    .getByRole("row", { name: new RegExp(word) })
    .getByRole("button", { name: "Withdraw" })
    .click();
  await page.getByRole("dialog").getByRole("button", { name: "Withdraw 1 episode" }).click();
  await expect(page.getByRole("button", { name: "Withdraw", exact: true })).toHaveCount(0);
  expect((await request.get(`/episodes/${id}`)).status()).toBe(410);
});

test("a token is shown once, works, and stops working when it is revoked", async ({ page, request }) => {
  await signIn(page, "token-walk@example.org", "contributor");
  await page.goto("/me/tokens");
  await page.getByLabel(/name/i).first().fill("laptop");
  for (const scope of await page.getByRole("checkbox").all()) await scope.check();
  await page.getByRole("button", { name: /make|create/i }).click();
  const shown = page.getByText(/^tshr_[0-9a-f]{48}$/);
  await expect(shown).toBeVisible();
  const headers = { authorization: `Bearer ${await shown.innerText()}` };
  const unknown = `/v1/episodes/${"0".repeat(64)}/status`;
  expect((await request.get(unknown, { headers })).status()).toBe(404);
  await page.reload();
  await expect(page.getByText(/tshr_[0-9a-f]{48}/)).toHaveCount(0);
  await page.getByRole("button", { name: "End", exact: true }).first().click();
  await page.getByRole("dialog").getByRole("button", { name: "End 1 token" }).click();
  await expect.poll(async () => (await request.get(unknown, { headers })).status()).toBe(401);
});
