import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import { METRIC_PREFIX, type MetricDefinition, METRICS } from "#lib/ports/metric-catalogue.ts";
import type { MetricName, Metrics } from "#lib/ports/metrics.ts";

const OTHER = "other";
/** Where no request is expected: nobody asks for what a worker does not do. */
const SILENT: Metrics = { count: () => {}, set: () => {}, observe: () => {} };

/** Metrics that nobody reads: for an instance without a port for them. */
export function noMetrics(): Metrics {
  return SILENT;
}

export type PrometheusMetrics = Metrics & {
  /** The whole page in Prometheus's text format. Runs what `onScrape` was given first. */
  text(): Promise<string>;
  readonly contentType: string;
  /** Work before each page, such as asking the database; it must not throw. */
  onScrape(work: () => Promise<void>): void;
  /** Takes a gauge off the page until it is set again; one without labels, which is always there, becomes NaN. */
  forget(name: MetricName): void;
};

type Instruments = Map<string, Counter | Gauge | Histogram>;

/**
 * The catalogue's metrics of one process by prom-client, with its own of process, memory, event loop and garbage collector. A label
 * value outside its closed list is counted as `other`, so nothing that a request brings along can make a new time series.
 */
export function createPrometheusMetrics(role: "web" | "worker"): PrometheusMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const instruments = instrumentsOf(registry, role);
  const before: (() => Promise<void>)[] = [];
  const metrics: PrometheusMetrics = {
    count: (name, labels, by = 1) => pick(instruments, name, Counter)?.inc(closed(name, labels), by),
    set: (name, labels, value) => pick(instruments, name, Gauge)?.set(closed(name, labels), value),
    observe: (name, labels, seconds) =>
      pick(instruments, name, Histogram)?.observe(closed(name, labels), seconds),
    contentType: registry.contentType,
    onScrape: (work) => void before.push(work),
    forget: (name) => forget(instruments.get(name), name),
    async text() {
      for (const work of before) await work();
      return registry.metrics();
    },
  };
  metrics.set("info", { role }, 1);
  return metrics;
}

function instrumentsOf(registry: Registry, role: "web" | "worker"): Instruments {
  const instruments: Instruments = new Map();
  for (const [name, definition] of Object.entries<MetricDefinition>(METRICS)) {
    if (definition.from !== "each" && definition.from !== role) continue;
    const settings = {
      name: `${METRIC_PREFIX}${name}`,
      help: definition.help,
      labelNames: Object.keys(definition.labels),
      registers: [registry],
    };
    instruments.set(name, instrumentOf(definition, settings));
  }
  return instruments;
}

type Settings = { name: string; help: string; labelNames: string[]; registers: Registry[] };

function instrumentOf(
  { type, buckets = [] }: MetricDefinition,
  settings: Settings,
): Counter | Gauge | Histogram {
  if (type === "counter") return new Counter(settings);
  if (type === "gauge") return new Gauge(settings);
  return new Histogram({ ...settings, buckets: [...buckets] });
}

/** The instrument of a name; undefined for one that this kind of process does not have. */
function pick<Kind extends Counter | Gauge | Histogram>(
  instruments: Instruments,
  name: string,
  kind: new (...args: never[]) => Kind,
): Kind | undefined {
  const found = instruments.get(name);
  return found instanceof kind ? found : undefined;
}

function forget(instrument: Counter | Gauge | Histogram | undefined, name: MetricName): void {
  if (instrument instanceof Gauge && Object.keys(METRICS[name].labels).length === 0)
    instrument.set(Number.NaN);
  else instrument?.reset();
}

function closed(name: MetricName, labels: Readonly<Record<string, unknown>>): Record<string, string> {
  const lists: Readonly<Record<string, readonly string[]>> = METRICS[name].labels;
  return Object.fromEntries(
    Object.entries(lists).map(([label, values]) => {
      const value = labels[label];
      return [label, typeof value === "string" && values.includes(value) ? value : OTHER];
    }),
  );
}
