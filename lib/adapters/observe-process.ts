import type { Metrics } from "#lib/ports/metrics.ts";
import type { Log } from "#lib/ports/system.ts";
import { faultFields } from "./fault-fields.ts";
import { listenForMetrics } from "./metrics-listener.ts";
import { createPrometheusMetrics, noMetrics, type PrometheusMetrics } from "./metrics-prometheus.ts";
import { observeRequests } from "./observe-requests.ts";

/** What watches one process. */
export type Observation = {
  metrics: Metrics;
  /** Where the metrics are served; work that has to run before each page is given to it. */
  page: Pick<PrometheusMetrics, "onScrape" | "forget"> | undefined;
  /** Gives a worker's /healthz something to ask, beside its metrics. Until then the worker is not well: it waits for its database. */
  onHealth(isWell: () => Promise<boolean>): void;
  close(): Promise<void>;
};

type Options = {
  role: "web" | "worker";
  at: { host: string; port: number } | undefined;
  log: Log;
};

/**
 * Begins to watch this process: its requests if it is a web process, and its metrics on their own port if there is one. Throws
 * `configuration_invalid` where that port can't be had.
 */
export async function observeProcess({ role, at, log }: Options): Promise<Observation> {
  const page = at === undefined ? undefined : createPrometheusMetrics(role);
  const metrics = page ?? noMetrics();
  let isWell = async () => false;
  const health = role === "worker" ? { isWell: () => isWell() } : {};
  const served = page && { text: page.text, contentType: page.contentType, ...health };
  const listener = served && at ? await listenForMetrics(served, at) : undefined;
  const forgetFaults = watchForFaults(role, log);
  const except = new Set(listener ? [listener.server] : []);
  const stop = role === "web" ? observeRequests({ log, metrics, except }) : () => {};
  return {
    metrics,
    page,
    onHealth: (ask) => void (isWell = ask),
    close: async () => {
      stop();
      forgetFaults();
      await listener?.close();
    },
  };
}

/**
 * What nobody caught: Node would print it in full, and its message may quote what was worked on. A worker ends and is started again, as it
 * would by itself; a web process goes on with the other visitors, as Next's own server does.
 */
function watchForFaults(role: "web" | "worker", log: Log): () => void {
  const onFault = (error: unknown): void => {
    log.error("process.fault", faultFields(error));
    if (role === "worker") process.exit(1);
  };
  process.on("uncaughtException", onFault);
  return () => void process.off("uncaughtException", onFault);
}
