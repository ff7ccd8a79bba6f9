import { Page } from "#app/_components/page.tsx";
import { Notice } from "#app/_components/notice.tsx";
import { SearchForm } from "#app/_components/search-form.tsx";
import { SearchIntro } from "#app/_components/search-intro.tsx";
import { SearchResults } from "#app/_components/search-results.tsx";
import { reader } from "#app/_server/access.ts";
import { getDeps } from "#lib/container.ts";
import { isBlank, parseSearchParams } from "#lib/domain/search/url.ts";
import { latestRelease } from "#lib/services/read-release.ts";
import { searchAddress } from "#lib/services/search.ts";

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function SearchPage({ searchParams }: Props) {
  await reader();
  const deps = await getDeps();
  const { query, dropped, result } = await searchAddress(deps, parseSearchParams(await searchParams));
  const first = isBlank(query);
  return (
    <Page>
      <h1 className="sr-only">Search episodes</h1>
      <SearchForm query={query} />
      {dropped.length > 0 && (
        <Notice title="Part of this address made no sense and was left out.">
          Ignored: {dropped.join(", ")}. Everything else was searched.
        </Notice>
      )}
      {result.fallback && (
        <Notice meaning="held" title="The search engine is away.">
          A simpler search has answered. It covers every public episode, but finds no words with slips of the
          pen, and pages by best match begin again.
        </Notice>
      )}
      {first && <SearchIntro result={result} release={await latestRelease(deps)} />}
      <SearchResults query={query} result={result} />
    </Page>
  );
}
