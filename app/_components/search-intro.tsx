import Link from "next/link";
import { Bars } from "./bars.tsx";
import { counted } from "./format.ts";
import type { SearchResultView } from "./search-result.ts";
import { OUTCOMES, TOOLS } from "./words.ts";

/** The first visit: what this is, what there is, how to take part. */
export function SearchIntro({
  result,
  release,
}: {
  result: SearchResultView;
  release: { version: string; members: number } | null;
}) {
  const { outcome, tool, language } = result.facets;
  return (
    <div className="space-y-6 border-b border-line pb-6">
      <p className="max-w-prose text-lg">
        Sessions of coding agents that people chose to share: sanitized on their own machines, reviewed here,
        searchable, and released as datasets that can be verified.
      </p>
      {result.total.value > 0 && (
        <div className="grid gap-6 md:grid-cols-3">
          <Bars
            title="Episodes by outcome"
            rows={outcome.map((row) => ({
              name: wordOf(OUTCOMES, row.value)?.word ?? row.value,
              count: row.count,
            }))}
          />
          <Bars
            title="Episodes by kind of tool"
            rows={tool
              .slice(0, 6)
              .map((row) => ({ name: wordOf(TOOLS, row.value) ?? row.value, count: row.count }))}
          />
          <Bars
            title="Episodes by language"
            rows={language.slice(0, 6).map((row) => ({ name: row.value, count: row.count }))}
          />
        </div>
      )}
      <p className="flex flex-wrap gap-x-6 gap-y-1">
        {release && (
          <Link href={`/releases/${release.version}`} className="text-accent underline">
            Latest release: {release.version}, {counted(release.members, "record")}
          </Link>
        )}
        <Link href="/about#contribute" className="text-accent underline">
          Share a session of yours
        </Link>
        <Link href="/about" className="text-accent underline">
          How sanitizing, consent and withdrawal work
        </Link>
      </p>
    </div>
  );
}

function wordOf<Word>(words: Record<string, Word>, code: string): Word | undefined {
  return Object.hasOwn(words, code) ? words[code] : undefined;
}
