import { DISCLOSURES, LICENSES, OUTCOME_STATUSES, TOOL_KINDS } from "#lib/domain/episode/lists.ts";
import { type Facet, SearchQuery } from "./query.ts";

/** Request parameters as Next and as the platform's own URLs give them. */
export type UrlParams = URLSearchParams | Record<string, string | string[] | undefined>;

/** A search read from a URL, and the names of the parameters whose value made no sense and was left out. */
export type ParsedSearch = { query: SearchQuery; dropped: string[] };

const LISTS = {
  outcome: OUTCOME_STATUSES,
  language: null,
  tool: TOOL_KINDS,
  source: null,
  license: LICENSES,
  disclosure: DISCLOSURES,
} as const satisfies Record<string, readonly string[] | null>;
type ListName = keyof typeof LISTS;

const FIELDS: Record<ListName, "outcome" | "language" | "tool" | "sourceTool" | "license" | "disclosure"> = {
  outcome: "outcome",
  language: "language",
  tool: "tool",
  source: "sourceTool",
  license: "license",
  disclosure: "disclosure",
};

const SINGLES = { q: "text", sort: "sort", cursor: "cursor", limit: "limit" } as const;

/** Reads the state of the search page from its URL. Unknown parameters are ignored, senseless values dropped and named. */
export function parseSearchParams(params: UrlParams): ParsedSearch {
  const dropped: string[] = [];
  const raw: Record<string, unknown> = {};
  const take = (name: string, field: string, value: unknown) => {
    const checked = SearchQuery.safeParse({ [field]: value });
    if (checked.success) raw[field] = value;
    else dropped.push(name);
  };
  for (const name of Object.keys(LISTS) as ListName[]) {
    const values = [...new Set(valuesOf(params, name))].filter((value) => value !== "");
    const allowed: readonly string[] | null = LISTS[name];
    const known = allowed ? values.filter((value) => allowed.includes(value)) : values;
    if (known.length < values.length) dropped.push(name);
    if (known.length > 0) take(name, FIELDS[name], known);
  }
  for (const name of Object.keys(SINGLES) as (keyof typeof SINGLES)[]) {
    const value = valuesOf(params, name).find((found) => found !== "");
    if (value !== undefined) take(name, SINGLES[name], name === "limit" ? Number(value) : value.trim());
  }
  return { query: SearchQuery.parse(raw), dropped: [...new Set(dropped)] };
}

/** The URL of a search: the shortest that reads back as the same query. */
export function toSearchParams(query: SearchQuery): URLSearchParams {
  const params = new URLSearchParams();
  const defaults = SearchQuery.parse({});
  if (query.text) params.set("q", query.text);
  for (const name of Object.keys(FIELDS) as ListName[])
    for (const value of query[FIELDS[name]]) params.append(name, value);
  if (query.sort !== defaults.sort) params.set("sort", query.sort);
  if (query.cursor) params.set("cursor", query.cursor);
  if (query.limit !== defaults.limit) params.set("limit", String(query.limit));
  return params;
}

/** The search with one value of a facet switched on or off, back on its first page. */
export function withToggled(
  query: SearchQuery,
  facet: Facet | "sourceTool" | "license" | "disclosure",
  value: string,
): SearchQuery {
  const { cursor: _, ...rest } = query;
  const values: readonly string[] = query[facet];
  const next = values.includes(value) ? values.filter((other) => other !== value) : [...values, value];
  const parsed = SearchQuery.safeParse({ ...rest, [facet]: next });
  return parsed.success ? parsed.data : SearchQuery.parse(rest);
}

/** True if the search narrows nothing: the first visit. */
export function isBlank(query: SearchQuery): boolean {
  const { sort: _sort, limit: _limit, ...rest } = query;
  return Object.values(rest).every((value) => value === undefined || value.length === 0);
}

function valuesOf(params: UrlParams, name: string): string[] {
  if (params instanceof URLSearchParams) return params.getAll(name);
  const value = params[name];
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}
