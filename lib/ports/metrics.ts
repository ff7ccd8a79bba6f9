import type { METRICS } from "./metric-catalogue.ts";

type Catalogue = typeof METRICS;
type NamesOf<Type extends string> = {
  [Name in keyof Catalogue]: Catalogue[Name]["type"] extends Type ? Name : never;
}[keyof Catalogue];

/** Values of the labels of a metric; each from the closed list of the catalogue. */
export type MetricLabels<Name extends keyof Catalogue> = {
  [Label in keyof Catalogue[Name]["labels"]]: Catalogue[Name]["labels"][Label] extends readonly string[]
    ? Catalogue[Name]["labels"][Label][number]
    : never;
};

export type MetricName = keyof Catalogue;
export type CounterName = NamesOf<"counter">;
export type GaugeName = NamesOf<"gauge">;
export type HistogramName = NamesOf<"histogram">;

/**
 * Numbers for the operator's monitoring: how often, how long, how much. Never ids, names or words of anybody: every label has a
 * closed list of values (lib/ports/metric-catalogue.ts), and what is in none of them is counted as `other`.
 */
export interface Metrics {
  count<Name extends CounterName>(name: Name, labels: MetricLabels<Name>, by?: number): void;
  /** Sets what is so now. */
  set<Name extends GaugeName>(name: Name, labels: MetricLabels<Name>, value: number): void;
  /** One duration in seconds. */
  observe<Name extends HistogramName>(name: Name, labels: MetricLabels<Name>, seconds: number): void;
}
