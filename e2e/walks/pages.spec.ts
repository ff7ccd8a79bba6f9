import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import { contributor, share, signIn } from "#e2e/support/instance.ts";

test.describe.configure({ mode: "serial" });

/** Every page that people reach, by who reaches it. */
const PUBLIC = [
  "/",
  "/?q=test&outcome=failure",
  "/releases",
  "/about",
  "/transparency",
  "/sign-in",
  "/nothing-here",
];
const MINE = ["/me/episodes", "/me/tokens"];
const STAFF = ["/moderation"];

let episode = "";

test.beforeAll(async ({ request }) => {
  const [id = ""] = await share(await contributor("pages-walk@example.org", ["Read the samarium manual"]));
  await expect.poll(async () => (await request.get(`/episodes/${id}`)).status()).toBe(200);
  episode = id;
});

for (const look of [
  { name: "light", colorScheme: "light", viewport: { width: 1280, height: 800 } },
  { name: "dark", colorScheme: "dark", viewport: { width: 1280, height: 800 } },
  { name: "phone", colorScheme: "light", viewport: { width: 390, height: 844 } },
] as const) {
  test.describe(look.name, () => {
    test.use({ colorScheme: look.colorScheme, viewport: look.viewport });

    test("axe finds nothing serious on any page, no page scrolls sideways, nothing breaks the policy", async ({
      page,
    }) => {
      const faults = collectFaults(page);
      for (const path of [...PUBLIC, `/episodes/${episode}`, `/report/${episode}`]) await inspect(page, path);
      await signIn(page, "pages-staff@example.org", "admin");
      for (const path of [...MINE, ...STAFF, `/moderation/episodes/${episode}`]) await inspect(page, path);
      expect(faults).toEqual([]);
    });
  });
}

/** Console errors (a blocked script or style is one) and requests that leave the instance. */
function collectFaults(page: Page): string[] {
  const faults: string[] = [];
  page.on("console", (message) => {
    const isStatus = message
      .text()
      .startsWith("Failed to load resource: the server responded with a status of 4");
    if (message.type() === "error" && !isStatus) faults.push(message.text());
  });
  page.on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    if (origin !== process.env["WALK_URL"] && protocol.startsWith("http")) faults.push(`left for ${origin}`);
  });
  return faults;
}

async function inspect(page: Page, path: string): Promise<void> {
  await page.goto(path);
  const { violations } = await new AxeBuilder({ page }).analyze();
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  expect(serious.map(({ id, nodes }) => ({ path, id, target: nodes[0]?.target }))).toEqual([]);
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow, `${path} scrolls sideways`).toBeLessThanOrEqual(0);
}
