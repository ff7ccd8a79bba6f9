import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import { buildCli } from "#cli/build.ts";
import { writeClaudeSession, writeCodexSession } from "#cli/testing/sessions.ts";
import { CURRENT_CONSENT } from "#lib/domain/registry.ts";

// The page of `trace-share review --open`, by the package as it is published. It needs no platform.
test.describe.configure({ mode: "serial" });

const HOSTILE = `Ship Falconworks </script><img src=x onerror="document.title='owned'"> \u202egnp.exe \u001b[2J`;

let folder = "";
let program = "";
let review: ChildProcess | undefined;

test.beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "trace-share-review-"));
  await buildCli(join(folder, "dist"));
  program = join(folder, "dist", "main.mjs");
  const person = join(folder, "person");
  writeCodexSession(person, { firstPrompt: HOSTILE, output: "in /home/mfischer/shop\nfalconworks is up\n" });
  writeClaudeSession(person);
  const consent = ["consent", "init", "--license", "CC0-1.0", "--accept-text", CURRENT_CONSENT.version];
  expect(cli(...consent)).toBe(0);
});

test.afterEach(() => void review?.kill());
test.afterAll(() => rmSync(folder, { recursive: true, force: true }));

const env = () => ({ HOME: join(folder, "person"), PATH: "", NODE_ENV: "production" as const });

function cli(...argv: string[]): number | null {
  return spawnSync(process.execPath, [program, ...argv], { env: env(), encoding: "utf8" }).status;
}

/** Starts the review and gives the address that it prints. */
function start(): Promise<string> {
  const child = spawn(process.execPath, [program, "review", "--open"], { env: env() });
  review = child;
  let said = "";
  return new Promise((resolve, reject) => {
    child.on("exit", () => reject(new Error("the review ended before it began")));
    child.stdout.on("data", (data) => {
      said += String(data);
      const url = /http:\/\/\S+(?=\n)/.exec(said)?.[0];
      if (url !== undefined) resolve(url);
    });
  });
}

/** Console errors (a blocked script or style is one), faults of the page's program, and requests that leave it. */
function collectFaults(page: Page, url: string): string[] {
  const faults: string[] = [];
  page.on("console", (message) => void (message.type() === "error" && faults.push(message.text())));
  page.on("pageerror", (error) => void faults.push(error.name));
  page.on("request", (request) => {
    if (!request.url().startsWith(new URL(url).origin))
      faults.push(`left for ${new URL(request.url()).origin}`);
  });
  return faults;
}

async function inspect(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(sideways).toBeLessThanOrEqual(0);
}

test("the review is done by keys alone: affirm, look before and after, mark, accept, reject, done", async ({
  page,
}) => {
  const url = await start();
  const faults = collectFaults(page, url);
  await page.goto(url);
  expect(new URL(page.url()).hash).toBe("");
  const rows = page.locator("button.row");
  await expect(rows).toHaveCount(3);
  await expect(rows.first()).toContainText("redactions: user");
  await page.keyboard.press("j");
  await expect(rows.first()).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Accept" })).toBeDisabled();
  await page.keyboard.press("p");
  await page.getByRole("button", { name: "Yes, its repository is public" }).press("Enter");
  await expect(page.getByRole("button", { name: "Accept" })).toBeEnabled();

  // what a session holds is text
  await expect(page.locator("main")).toContainText("</script><img src=x");
  await expect(page.locator("main pre").first()).toContainText("\\u{202e}gnp.exe \\u{1b}[2J");
  expect(await page.locator("img").count()).toBe(0);
  await expect(page).toHaveTitle("Review · trace-share");

  await page.getByText("texts stay on this machine").click();
  const mark = page.locator("mark", { hasText: /^user_/ }).first();
  await expect(mark).toHaveAttribute("title", /^rule: /);
  await expect(page.locator("main")).not.toContainText("mfischer");
  await page.keyboard.press("b");
  await expect(page.locator("mark.before", { hasText: "mfischer" })).toBeVisible();

  await select(page, "Falconworks");
  await page.keyboard.press("m");
  await expect(page.getByLabel(/taken out of every episode/)).toHaveValue("Falconworks");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("status")).toContainText("Taken out of 2 episodes");
  await expect(page.locator("main")).not.toContainText(/falconworks/i);
  await inspect(page);

  await page.keyboard.press("a");
  await expect(page.getByRole("status")).toContainText("Accepted");
  await expect(rows.nth(1)).toHaveAttribute("aria-current", "true");
  await page.keyboard.press("r");
  await expect(page.locator("#counts")).toHaveText("accepted 1, rejected 1, open 1");
  await page.keyboard.press("/");
  await page.keyboard.type("claude");
  await expect(rows).toHaveCount(1);
  await page.getByRole("button", { name: "Done" }).press("Enter");
  await expect(page.getByRole("heading", { name: "Done" })).toBeVisible();
  expect(faults).toEqual([]);
  await expect.poll(() => review?.exitCode).toBe(0);
});

test("the address opens one browser alone, and the page is whole in the dark and on a phone", async ({
  browser,
}) => {
  const url = await start();
  const first = await browser.newContext({ colorScheme: "dark", viewport: { width: 390, height: 844 } });
  const page = await first.newPage();
  const faults = collectFaults(page, url);
  await page.goto(url);
  await expect(page.locator("button.row").first()).toContainText("accepted");
  await inspect(page);
  await page.keyboard.press("?");
  await inspect(page);
  await page.keyboard.press("Escape");
  await page.locator("button.row").first().click();
  await expect(page.locator("nav.list")).toBeHidden();
  await inspect(page);
  await page.getByRole("button", { name: "Back to the list" }).click();
  await expect(page.locator("nav.list")).toBeVisible();
  await page.reload();
  await expect(page.locator("button.row")).toHaveCount(3);
  expect(faults).toEqual([]);
  const second = await (await browser.newContext()).newPage();
  await second.goto(url);
  await expect(second.getByRole("alert")).toContainText("used already");
});

test("a long history is drawn as far as it is looked at, and goes on by keys and by scrolling", async ({
  page,
}) => {
  const person = join(folder, "person");
  for (let session = 0; session < 12; session += 1) {
    const id = `${String(session).padStart(8, "0")}-2222-4333-8444-555555555555`;
    writeCodexSession(person, { id, prompts: 50, day: "2026-03-06", output: "ok" });
  }
  const url = await start();
  const faults = collectFaults(page, url);
  await page.goto(url);
  const rows = page.locator("button.row");
  await expect(page.locator("#counts")).toContainText("open 60");
  expect(await rows.count()).toBeLessThan(300);
  await inspect(page);
  for (let pressed = 0; pressed < 5; pressed += 1) await page.keyboard.press("j");
  await expect(rows.nth(4)).toBeFocused();
  const last = page.locator(".list ul").last();
  await last.scrollIntoViewIfNeeded();
  await page.locator(".list").evaluate((list) => list.scrollTo(0, list.scrollHeight));
  await expect(last.locator("button.row").last()).toBeInViewport();
  expect(await rows.count()).toBeLessThan(400);
  const before = await page.locator(".list").evaluate((list) => list.scrollTop);
  await last.locator("button.row").last().click();
  await page.keyboard.press("r");
  await expect(page.getByRole("status")).toContainText("Rejected");
  expect(Math.abs((await page.locator(".list").evaluate((list) => list.scrollTop)) - before)).toBeLessThan(
    300,
  );
  await page.getByRole("button", { name: "Done" }).click();
  expect(faults).toEqual([]);
});

/** Selects a word in the first text that holds it, as a pointer would. */
async function select(page: Page, word: string): Promise<void> {
  await page
    .locator("main pre", { hasText: word })
    .first()
    .evaluate((text, word) => {
      const node = [...text.childNodes].find((one) => one.textContent?.includes(word));
      const start = node?.textContent?.indexOf(word) ?? 0;
      if (node) getSelection()?.setBaseAndExtent(node, start, node, start + word.length);
    }, word);
}
