import Link from "next/link";
import { FACETS, type Facet, type SearchQuery } from "#lib/domain/search/query.ts";
import { isBlank, toSearchParams, withToggled } from "#lib/domain/search/url.ts";
import { visibleText } from "#lib/domain/text/visible.ts";
import { Aside } from "./aside.tsx";
import { Button } from "./button.tsx";
import { RemovableChip } from "./chip.tsx";
import { EmptyState } from "./empty-state.tsx";
import { EpisodeCard } from "./episode-card.tsx";
import { FacetGroup } from "./facet-group.tsx";
import { number } from "./format.ts";
import { Pagination } from "./pagination.tsx";
import type { SearchResultView } from "./search-result.ts";
import { OUTCOMES, TOOLS } from "./words.ts";

const FACET_TITLES: Record<Facet, string> = { outcome: "Outcome", language: "Language", tool: "Tools" };
const SORTS = { relevance: "Best match", newest: "Newest", oldest: "Oldest" } as const;

const hrefOf = (query: SearchQuery): `/?${string}` => `/?${toSearchParams(query)}`;

/** Filters on the left, hits on the right, all of it in the address. */
export function SearchResults({ query, result }: { query: SearchQuery; result: SearchResultView }) {
  return (
    <div className="grid gap-4 lg:grid-cols-[13rem_minmax(0,1fr)] lg:gap-8">
      <Aside title="Filters">
        {FACETS.map((facet) => (
          <FacetGroup
            key={facet}
            title={FACET_TITLES[facet]}
            exact={result.facetsExact}
            values={facetValues(query, result, facet)}
          />
        ))}
      </Aside>
      <section className="min-w-0" aria-label="Results">
        <h2 className="sr-only">Results</h2>
        <ResultLine query={query} result={result} />
        <ActiveFilters query={query} />
        {result.items.length === 0 ? <NothingFound query={query} /> : null}
        {result.items.map((item) => (
          <EpisodeCard key={item.id} item={item} fragment={item.fragment} />
        ))}
        <div className="pt-3">
          <Pagination
            first={query.cursor === undefined ? undefined : hrefOf(withoutCursor(query))}
            next={result.next === undefined ? undefined : hrefOf({ ...query, cursor: result.next })}
          />
        </div>
      </section>
    </div>
  );
}

function ResultLine({ query, result }: { query: SearchQuery; result: SearchResultView }) {
  const { value, exact } = result.total;
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 border-b border-line pb-2">
      <p aria-live="polite">
        {exact ? "" : "more than "}
        <span className="font-medium">{number(value)}</span> {value === 1 ? "episode" : "episodes"}
        {result.rankingSkipped && (
          <span className="text-muted"> · too many to rank in time, shown newest first</span>
        )}
      </p>
      <nav aria-label="Order" className="flex gap-1 text-sm">
        {sortsOf(query).map(({ sort, word, on }) => (
          <Link
            key={sort}
            href={hrefOf(withSort(query, sort))}
            prefetch={false}
            aria-current={on ? "true" : undefined}
            className="inline-flex min-h-7 items-center rounded-token px-2 text-muted no-underline hover:bg-raised aria-[current]:bg-sunken aria-[current]:text-ink"
          >
            {word}
          </Link>
        ))}
      </nav>
    </div>
  );
}

/** Without words nothing can match better or worse: the newest come first. */
function sortsOf(query: SearchQuery): { sort: string; word: string; on: boolean }[] {
  const ranked = query.text !== "";
  const active = !ranked && query.sort === "relevance" ? "newest" : query.sort;
  return Object.entries(SORTS)
    .filter(([sort]) => ranked || sort !== "relevance")
    .map(([sort, word]) => ({ sort, word, on: sort === active }));
}

function ActiveFilters({ query }: { query: SearchQuery }) {
  const fields = ["outcome", "language", "tool", "sourceTool", "license", "disclosure"] as const;
  const active = fields.flatMap((field) => query[field].map((value) => ({ field, value })));
  if (active.length === 0) return null;
  return (
    <ul className="flex flex-wrap gap-2 pt-3">
      {active.map(({ field, value }) => (
        <li key={`${field}:${value}`}>
          <RemovableChip
            label={`${field === "sourceTool" ? "agent" : field}: ${visibleText(value)}`}
            href={hrefOf(withToggled(query, field, value))}
          />
        </li>
      ))}
    </ul>
  );
}

function NothingFound({ query }: { query: SearchQuery }) {
  if (isBlank(query))
    return (
      <div className="pt-4">
        <EmptyState
          title="No episode is public yet"
          action={
            <Button asChild look="primary">
              <Link href="/about#contribute">Share the first one</Link>
            </Button>
          }
        >
          Episodes appear here as soon as their upload has been checked.
        </EmptyState>
      </div>
    );
  return (
    <div className="pt-4">
      <EmptyState
        title="Nothing matches"
        action={
          <Button asChild>
            <Link href="/">Clear the search</Link>
          </Button>
        }
      >
        Fewer words or fewer filters find more. Public episodes were searched: titles, prompts, tool calls and
        results.
      </EmptyState>
    </div>
  );
}

function facetValues(query: SearchQuery, result: SearchResultView, facet: Facet) {
  const chosen: readonly string[] = query[facet];
  const counted = new Map(result.facets[facet].map((row) => [row.value, row.count]));
  // a value in force stays in the list even where nothing matches it, so that it can be switched off
  for (const value of chosen) if (!counted.has(value)) counted.set(value, 0);
  return [...counted].map(([value, count]) => ({
    value,
    word: wordOf(facet, value),
    count,
    on: chosen.includes(value),
    href: hrefOf(withToggled(query, facet, value)),
  }));
}

function wordOf(facet: Facet, value: string): string {
  const words: Record<string, string | { word: string }> =
    facet === "outcome" ? OUTCOMES : facet === "tool" ? TOOLS : {};
  const found = Object.hasOwn(words, value) ? words[value] : undefined;
  return typeof found === "string" ? found : (found?.word ?? visibleText(value));
}

function withoutCursor(query: SearchQuery): SearchQuery {
  const first = { ...query };
  delete first.cursor;
  return first;
}

function withSort(query: SearchQuery, sort: string): SearchQuery {
  const known = Object.keys(SORTS).find((name): name is SearchQuery["sort"] => name === sort);
  return { ...withoutCursor(query), sort: known ?? "relevance" };
}
