import { createServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { freePort } from "#workers/embedded-postgres/free-port.ts";
import { listenForMetrics, type MetricsListener, type MetricsPage } from "./metrics-listener.ts";

const HOST = "127.0.0.1";
const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function listening(
  page: MetricsPage = { text: async () => "a 1\n", contentType: "text/plain; version=0.0.4" },
) {
  const port = await freePort();
  const listener: MetricsListener = await listenForMetrics(page, { host: HOST, port });
  open.push(listener);
  return { port, ask: (path: string, init?: RequestInit) => fetch(`http://${HOST}:${port}${path}`, init) };
}

describe("the listener of the metrics", () => {
  it("serves the page at /metrics and nothing else", async () => {
    const { ask } = await listening();
    const answer = await ask("/metrics?x=1");
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4");
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(await answer.text()).toBe("a 1\n");
    expect((await ask("/")).status).toBe(404);
    expect((await ask("/metrics", { method: "POST", body: "x" })).status).toBe(405);
  });

  it("says that the page can't be read, and not why", async () => {
    const { ask } = await listening({
      text: () => Promise.reject(new Error("a secret")),
      contentType: "text/plain",
    });
    const answer = await ask("/metrics");
    expect(answer.status).toBe(500);
    expect(await answer.text()).toBe("The metrics can't be read.\n");
  });

  it("refuses a port that is taken and a host that is none, with a line for the operator", async () => {
    const { port } = await listening();
    const page = { text: async () => "", contentType: "text/plain" };
    await expect(listenForMetrics(page, { host: HOST, port })).rejects.toMatchObject({
      code: "configuration_invalid",
      detail: expect.stringContaining(`METRICS_PORT ${port}`),
    });
    await expect(listenForMetrics(page, { host: "192.0.2.1", port })).rejects.toMatchObject({
      code: "configuration_invalid",
      detail: expect.stringContaining("METRICS_HOST"),
    });
  });

  it("says whether the process is well where it can be asked, and not why", async () => {
    const page = { text: async () => "", contentType: "text/plain" };
    const answers = [async () => true, async () => false, () => Promise.reject(new Error("a secret"))];
    const said: string[] = [];
    for (const isWell of answers) {
      const answer = await (await listening({ ...page, isWell })).ask("/healthz");
      said.push(`${answer.status} ${await answer.text()}`);
    }
    expect(said).toEqual(["200 ok\n", "503 not well\n", "503 not well\n"]);
    expect((await (await listening(page)).ask("/healthz")).status).toBe(404);
  });

  it("is not well while the answer is late, and asks no second time meanwhile", async () => {
    let questions = 0;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const isWell = () => ((questions += 1), promise);
    const { ask } = await listening({ text: async () => "", contentType: "text/plain", isWell });
    const late = await Promise.all([ask("/healthz"), ask("/healthz")]);
    expect(late.map(({ status }) => status)).toEqual([503, 503]);
    expect(questions).toBe(1);
    resolve(true);
    await promise;
    expect((await ask("/healthz")).status).toBe(200);
  });

  it("gives its port back", async () => {
    const port = await freePort();
    const listener = await listenForMetrics(
      { text: async () => "", contentType: "text/plain" },
      { host: HOST, port },
    );
    await listener.close();
    const server = createServer();
    await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, HOST, resolve));
    server.close();
  });
});
