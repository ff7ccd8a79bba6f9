import { z } from "zod";
import { Hex64 } from "#lib/domain/episode/schema.ts";

/** Where a page of search results ended. Opaque to everyone but the index that made it, which never trusts it either. */
export const SearchCursor = z.discriminatedUnion("order", [
  z.strictObject({
    order: z.enum(["newest", "oldest"]),
    at: z.iso.datetime(),
    id: Hex64,
    /** Set when a search by relevance went on newest-first because ranking took too long. */
    skipped: z.literal(true).optional(),
  }),
  z.strictObject({
    order: z.literal("relevance"),
    score: z.number(),
    id: Hex64,
    /** The newest candidate of the first page: later pages rank the same candidates, whatever was published since. */
    top: z.iso.datetime(),
  }),
]);
export type SearchCursor = z.infer<typeof SearchCursor>;
export type SearchOrder = SearchCursor["order"];
