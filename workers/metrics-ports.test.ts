import { createServer } from "node:net";
import { expect, test } from "vitest";
import { loadConfig } from "#lib/config.ts";
import { freePort } from "./embedded-postgres/free-port.ts";
import { assertMetricsPortsFree, withMetricsPort } from "./metrics-ports.ts";

test("each process of a supervisor has a port of its own, or none of them any", () => {
  const env = { NODE_ENV: "test", METRICS_PORT: "9464" } as const;
  expect(withMetricsPort(env, 0)).toEqual(env);
  expect(withMetricsPort(env, 1)).toEqual({ NODE_ENV: "test", METRICS_PORT: "9465" });
  const off = { NODE_ENV: "test", METRICS_PORT: "" } as const;
  expect(withMetricsPort(off, 1)).toEqual(off);
});

test("ports that can't be had are refused before anything starts, by their numbers", async () => {
  const port = await freePort();
  const config = (change: Record<string, string>) => loadConfig({ METRICS_PORT: String(port), ...change });
  await assertMetricsPortsFree(config({ METRICS_PORT: "" }));
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  try {
    await expect(assertMetricsPortsFree(config({}))).rejects.toMatchObject({
      code: "configuration_invalid",
      detail: expect.stringContaining(`Port ${port} on 127.0.0.1 is taken`),
    });
  } finally {
    server.close();
  }
  for (const wrong of [{ METRICS_PORT: "65535" }, { METRICS_PORT: "3000" }, { METRICS_PORT: "2999" }])
    await expect(assertMetricsPortsFree(config(wrong))).rejects.toMatchObject({
      code: "configuration_invalid",
      detail: expect.stringContaining(wrong.METRICS_PORT),
    });
  await expect(assertMetricsPortsFree(config({ METRICS_HOST: "192.0.2.1" }))).rejects.toMatchObject({
    detail: expect.stringContaining("METRICS_HOST"),
  });
});
