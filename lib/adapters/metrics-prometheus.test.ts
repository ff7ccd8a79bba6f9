import { describe, expect, it } from "vitest";
import { METRIC_PREFIX, type MetricDefinition, METRICS } from "#lib/ports/metric-catalogue.ts";
import type { Metrics } from "#lib/ports/metrics.ts";
import { createPrometheusMetrics, noMetrics } from "./metrics-prometheus.ts";

/** Lines of a page that are samples of our own metrics. */
async function samples(metrics: { text(): Promise<string> }): Promise<string[]> {
  return (await metrics.text()).split("\n").filter((line) => line.startsWith(METRIC_PREFIX));
}

describe("prometheus metrics", () => {
  it("show a process's own part of the catalogue and what the library knows of the process", async () => {
    const page = await createPrometheusMetrics("worker").text();
    const names = [...page.matchAll(/^# TYPE trace_share_(\S+) (\S+)$/gm)].map(([, name, type]) => [
      name,
      type,
    ]);
    const own = Object.entries<MetricDefinition>(METRICS).filter(([, { from }]) => from !== "web");
    expect(names.toSorted()).toEqual(own.map(([name, { type }]) => [name, type]).toSorted());
    expect(page).toContain("nodejs_eventloop_lag_p99_seconds");
    expect(page).toContain("process_resident_memory_bytes");
  });

  it("count, set and observe by closed labels", async () => {
    const metrics = createPrometheusMetrics("web");
    metrics.count("uploads_total", { verdict: "created" });
    metrics.count("uploads_total", { verdict: "created" }, 2);
    metrics.set("http_requests_open", {}, 3);
    metrics.observe("http_request_seconds", { route: "/about" }, 0.03);
    expect(await samples(metrics)).toEqual(
      expect.arrayContaining([
        'trace_share_info{role="web"} 1',
        'trace_share_uploads_total{verdict="created"} 3',
        "trace_share_http_requests_open 3",
        'trace_share_http_request_seconds_bucket{le="0.05",route="/about"} 1',
        'trace_share_http_request_seconds_count{route="/about"} 1',
      ]),
    );
  });

  it("make no new series of a value that is in no list, whoever sends it", async () => {
    const metrics: Metrics & { text(): Promise<string> } = createPrometheusMetrics("web");
    // as a caller that the compiler could not see
    const count = metrics.count as (name: string, labels: object) => void;
    for (let index = 0; index < 50; index += 1) {
      const word = `marmot${index}"} 1\nforged`;
      count("http_requests_total", { route: `/${word}`, method: word, status: word, agent: word });
      count("uploads_total", { verdict: word });
      count(`made_up_${word}`, {});
    }
    const page = await metrics.text();
    expect(page).not.toContain("marmot");
    expect(page).not.toContain("forged");
    expect(page).toContain('trace_share_http_requests_total{route="other",method="other",status="other"} 50');
  });

  it("forget what can't be read any more", async () => {
    const metrics = createPrometheusMetrics("worker");
    metrics.set("jobs", { job: "screen", state: "waiting" }, 5);
    metrics.set("paused", {}, 1);
    metrics.forget("jobs");
    metrics.forget("paused");
    const lines = await samples(metrics);
    expect(lines.some((line) => line.startsWith("trace_share_jobs{"))).toBe(false);
    expect(lines).toContain("trace_share_paused Nan");
  });

  it("run what was asked for before each page", async () => {
    const metrics = createPrometheusMetrics("worker");
    let asked = 0;
    metrics.onScrape(async () => metrics.set("disk_free_bytes", {}, ++asked));
    await metrics.text();
    expect(await samples(metrics)).toContain("trace_share_disk_free_bytes 2");
  });

  it("cost nothing where nobody reads them", () => {
    expect(() => noMetrics().count("uploads_total", { verdict: "created" })).not.toThrow();
  });
});

describe("the catalogue", () => {
  it("names metrics, labels and values as Prometheus wants them, and bounds each of them", () => {
    for (const [name, { type, labels, help, buckets }] of Object.entries<MetricDefinition>(METRICS)) {
      expect(name).toMatch(/^[a-z]+(_[a-z]+)*$/);
      expect(name.endsWith("_total")).toBe(type === "counter");
      expect(help).toMatch(/^[\x20-\x7e]{10,200}\.$/);
      expect(buckets !== undefined).toBe(type === "histogram");
      const series = Object.values(labels).reduce((product, values) => product * (values.length + 1), 1);
      expect(series).toBeLessThan(3000);
      for (const values of Object.values(labels)) {
        expect(new Set(values).size).toBe(values.length);
        for (const value of values) expect(value).toMatch(/^[A-Za-z0-9_./{}-]+$/);
      }
    }
  });
});
