import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DISCLOSURES, LICENSES, OUTCOME_STATUSES, TOOL_KINDS } from "#lib/domain/episode/lists.ts";
import { SearchQuery } from "./query.ts";
import { isBlank, parseSearchParams, toSearchParams, withToggled } from "./url.ts";

const word = fc.string({ minLength: 1, maxLength: 30 }).filter((text) => text.trim() === text && text !== "");
const queries = fc
  .record({
    text: fc.oneof(fc.constant(""), word),
    outcome: fc.subarray([...OUTCOME_STATUSES]),
    language: fc.uniqueArray(word, { maxLength: 5 }),
    tool: fc.subarray([...TOOL_KINDS]),
    sourceTool: fc.uniqueArray(word, { maxLength: 3 }),
    license: fc.subarray([...LICENSES]),
    disclosure: fc.subarray([...DISCLOSURES]),
    sort: fc.constantFrom("relevance", "newest", "oldest"),
    limit: fc.integer({ min: 1, max: 100 }),
  })
  .map((raw) => SearchQuery.parse(raw));

describe("the search in the URL", () => {
  it("reads back what it wrote", () => {
    fc.assert(
      fc.property(queries, (query) => {
        const url = new URL(`https://x.example/?${toSearchParams(query)}`);
        expect(parseSearchParams(url.searchParams)).toEqual({ query, dropped: [] });
      }),
    );
  });

  it("ignores unknown parameters and drops senseless values by name", () => {
    const { query, dropped } = parseSearchParams({
      utm_source: "x",
      q: "  cargo test ",
      outcome: ["failure", "maybe"],
      tool: "nope",
      sort: "best",
      limit: "1e9",
      language: "",
    });
    expect(query).toEqual(SearchQuery.parse({ text: "cargo test", outcome: ["failure"] }));
    expect(dropped).toEqual(["outcome", "tool", "sort", "limit"]);
  });

  it("leaves defaults out", () => {
    expect(toSearchParams(SearchQuery.parse({})).toString()).toBe("");
    expect(isBlank(SearchQuery.parse({ sort: "newest" }))).toBe(true);
    expect(isBlank(SearchQuery.parse({ language: ["rust"] }))).toBe(false);
  });

  it("switches a value on and off and goes back to the first page", () => {
    const query = SearchQuery.parse({ text: "a", cursor: "abc" });
    const on = withToggled(query, "outcome", "failure");
    expect(on).toEqual(SearchQuery.parse({ text: "a", outcome: ["failure"] }));
    expect(withToggled(on, "outcome", "failure")).toEqual(SearchQuery.parse({ text: "a" }));
    expect(withToggled(on, "outcome", "nonsense")).toEqual(on);
  });
});
