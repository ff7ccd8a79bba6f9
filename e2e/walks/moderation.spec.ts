import { expect, test } from "@playwright/test";
import { contributor, share, signIn } from "#e2e/support/instance.ts";

test("contribute, find, open, report, take down: then the page answers 410", async ({
  page,
  browser,
  request,
}) => {
  const word = `zirconium${Date.now()}`;
  const [id] = await share(await contributor("reporter-walk@example.org", [`Calm the ${word} linter`]));
  await expect.poll(async () => (await request.get(`/episodes/${id}`)).status()).toBe(200);

  await page.goto("/");
  await page.getByRole("searchbox").fill(word);
  await page.getByRole("button", { name: "Search" }).click();
  await page
    .getByRole("link", { name: new RegExp(word) })
    .first()
    .click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(word);
  await expect(page.getByText("cargo test").first()).toBeVisible();

  await page
    .getByRole("link", { name: /report/i })
    .first()
    .click();
  await page
    .getByRole("radio", { name: /personal data/i })
    .first()
    .check();
  await page.getByLabel("What should we know?").fill("A person is named here.");
  await page.getByRole("button", { name: "Send the report" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Report TD-");
  const receipt = page.url();
  const number = /TD-\d{4}-\d{6}/.exec(await page.getByRole("heading", { level: 1 }).innerText())?.[0] ?? "";

  const staff = await browser.newPage();
  await signIn(staff, "moderator-walk@example.org", "moderator");
  await staff.goto("/moderation");
  await staff.getByRole("link", { name: number }).click();
  await staff.getByRole("button", { name: "Take this case" }).click();
  await staff.getByRole("radio", { name: "Taken down" }).check();
  await staff.getByLabel("Ground").selectOption("personal_data");
  await staff
    .getByLabel("Statement of reasons")
    .fill(`Write to ${["somebody", "company-mail.org"].join("@")}.`);
  await staff.getByRole("button", { name: "Decide and tell the reporters" }).click();
  await expect(staff.getByText("That did not work.")).toBeVisible();
  await expect(staff.getByRole("radio", { name: "Taken down" })).toBeChecked();
  await expect(staff.getByLabel("Ground")).toHaveValue("personal_data");
  await expect(staff.getByLabel("Statement of reasons")).toHaveValue(/^Write to/);
  await staff.getByLabel("Statement of reasons").fill("A person was named in the first step.");
  await staff.getByRole("button", { name: "Decide and tell the reporters" }).click();
  await expect(staff.getByText("A person was named in the first step.")).toBeVisible();

  expect((await request.get(`/episodes/${id}`)).status()).toBe(410);
  expect((await request.get(`/v1/episodes/${id}`)).status()).toBe(410);
  await page.goto(`/?q=${word}`);
  await expect(page.getByRole("link", { name: new RegExp(word) })).toHaveCount(0);
  await page.goto(receipt);
  await expect(page.getByText("A person was named in the first step.")).toBeVisible();
});

test("the queue is for staff alone", async ({ page }) => {
  await page.goto("/moderation");
  await expect(page).toHaveURL(/\/sign-in/);
  await signIn(page, "just-a-contributor@example.org", "contributor");
  expect((await page.goto("/moderation"))?.status()).toBe(403);
  await expect(page.getByRole("heading", { level: 1 })).toContainText("can't see this page");
});
