import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { METRIC_PREFIX, type MetricDefinition, METRICS } from "#lib/ports/metric-catalogue.ts";

const ROOT = resolve(import.meta.dirname, "..", "..");
const Rules = z.object({
  groups: z.array(
    z.object({
      name: z.string(),
      rules: z.array(
        z.strictObject({
          alert: z.string().regex(/^TraceShare[A-Z][A-Za-z]+$/),
          expr: z.string(),
          for: z
            .string()
            .regex(/^\d+m$/)
            .optional(),
          annotations: z.strictObject({ summary: z.string().min(20) }),
        }),
      ),
    }),
  ),
});

/** What an expression says of our metrics that is not so: a name that is none, a label or value that it does not have. */
function faultsOf(expression: string): string[] {
  const used = [...expression.matchAll(/\btrace_share_([a-z_]+)(?:\{([^}]*)\})?/g)];
  return used.flatMap(([, sample = "", selectors = ""]) => {
    const found = definitionOf(sample);
    if (!found) return [`${METRIC_PREFIX}${sample} is no metric`];
    return [...selectors.matchAll(/([a-z_]+)(?:=|!=|=~|!~)"([^"]*)"/g)].flatMap(
      ([, label = "", text = ""]) => {
        const values = found.labels[label];
        if (!values) return [`${sample} has no label ${label}`];
        return text
          .split("|")
          .flatMap((value) => (values.includes(value) ? [] : [`${label} is never ${value}`]));
      },
    );
  });
}

function definitionOf(sample: string): MetricDefinition | undefined {
  const all: Readonly<Record<string, MetricDefinition>> = METRICS;
  const family = sample.replace(/_(bucket|sum|count)$/, "");
  const found = all[sample] ?? all[family];
  // a histogram is there as its three families alone
  return found?.type === "histogram" && family === sample ? undefined : found;
}

describe("rules and questions of the documents", () => {
  const rules = Rules.parse(
    parse(readFileSync(join(ROOT, "docs/alerts.prometheus.yml"), "utf8")),
  ).groups.flatMap((group) => group.rules);

  it("ask metrics that there are, by labels that they have", () => {
    expect(rules.length).toBeGreaterThan(8);
    expect(rules.flatMap(({ expr }) => faultsOf(expr))).toEqual([]);
    const page = readFileSync(join(ROOT, "docs/metrics.md"), "utf8").split("## Questions")[1] ?? "";
    const questions = [...page.matchAll(/`([^`]*trace_share_[^`]*)`/g)].map((match) => match[1] ?? "");
    expect(questions.length).toBeGreaterThan(5);
    expect(questions.flatMap(faultsOf)).toEqual([]);
  });

  it("would be found out if they did not", () => {
    expect(
      faultsOf('max(trace_share_made_up) + trace_share_jobs{state="asleep"} + trace_share_jobs{who="x"}'),
    ).toEqual(["trace_share_made_up is no metric", "state is never asleep", "jobs has no label who"]);
    expect(faultsOf("trace_share_http_request_seconds")).toEqual([
      "trace_share_http_request_seconds is no metric",
    ]);
  });

  it("have names of their own", () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  });
});
