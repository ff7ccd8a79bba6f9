import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { prepareJobs } from "#lib/container.ts";
import { dropKept, keptData, setAside } from "./set-aside.ts";
import { type TestDatabase, testDatabase } from "./testing/database.ts";
import { roleUrls } from "./testing/roles.ts";
import { answer } from "./testing/answer.ts";

const LABEL = "20260102030405";

let database: TestDatabase;
let urls: Awaited<ReturnType<typeof roleUrls>>;
let owner: postgres.Sql;
beforeAll(async () => {
  database = await testDatabase();
  await prepareJobs(database.url);
  urls = await roleUrls(database.url);
  owner = postgres(database.url, { max: 1, onnotice: () => {} });
});
afterAll(async () => {
  await owner.end();
  await database.drop();
});

describe("data that a rollback has set aside", () => {
  test("are the owner's alone: no process of the platform reads or changes what was withdrawn since", async () => {
    expect(await answer(urls.web, "select 1 from episode")).toBe("done");
    const names = await setAside(owner, LABEL);
    expect(names).toContain(`before_${LABEL}_public`);
    for (const url of [urls.web, urls.worker, urls.readonly])
      expect(await answer(url, `select 1 from before_${LABEL}_public.episode`)).toBe("42501");
    expect(await answer(urls.worker, `select 1 from before_${LABEL}_pgboss.job`)).toBe("42501");
    expect(await answer(database.url, `select 1 from before_${LABEL}_public.episode`)).toBe("done");
  });

  test("are found and deleted by their label", async () => {
    expect((await keptData(owner)).map(({ label }) => label)).toEqual([LABEL]);
    expect(await dropKept(owner)).toBe(1);
    expect(await keptData(owner)).toEqual([]);
  });
});
