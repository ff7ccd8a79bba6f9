import { Search } from "lucide-react";
import type { SearchQuery } from "#lib/domain/search/query.ts";
import { toSearchParams } from "#lib/domain/search/url.ts";
import { Button } from "./button.tsx";
import { TextInput } from "./field.tsx";

/** The search box. A plain GET form: the filters in force travel along, the page number doesn't. */
export function SearchForm({ query }: { query: SearchQuery }) {
  const kept = [...toSearchParams(query)].filter(([name]) => name !== "q" && name !== "cursor");
  return (
    <search>
      <form action="/" method="get" className="flex gap-2">
        <label htmlFor="q" className="sr-only">
          Search in episodes
        </label>
        <TextInput
          id="q"
          name="q"
          type="search"
          defaultValue={query.text}
          maxLength={500}
          placeholder={'cargo test  "exact phrase"  -word'}
          autoComplete="off"
          data-search
        />
        {kept.map(([name, value]) => (
          <input key={`${name}=${value}`} type="hidden" name={name} value={value} />
        ))}
        <Button type="submit" look="primary">
          <Search aria-hidden className="size-4" />
          Search
        </Button>
      </form>
    </search>
  );
}
