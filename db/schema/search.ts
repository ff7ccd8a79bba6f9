import { customType, index, integer, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { moment } from "./columns.ts";

/** Written by the search adapter with its own weights, not generated. */
const tsvector = customType<{ data: string; driverData: string }>({ dataType: () => "tsvector" });

/**
 * The index of the embedded search (lib/adapters/search-postgres.ts). A copy of public text that the sweep rebuilds from
 * the records, so no backup holds it and no foreign key ties it to its episode.
 */
export const searchDocument = pgTable(
  "search_document",
  {
    id: text("id").primaryKey(),
    title: text("title").notNull(),
    prompt: text("prompt").notNull(),
    result: text("result").notNull(),
    steps: text("steps").notNull(),
    sourceTool: text("source_tool").notNull(),
    model: text("model"),
    license: text("license").notNull(),
    disclosure: text("disclosure").notNull(),
    outcome: text("outcome").notNull(),
    outcomeBasis: text("outcome_basis").notNull(),
    languages: text("languages").array().notNull(),
    toolKinds: text("tool_kinds").array().notNull(),
    toolNames: text("tool_names").array().notNull(),
    errorKinds: text("error_kinds").array().notNull(),
    tags: text("tags").array().notNull(),
    stepCount: integer("step_count").notNull(),
    toolCalls: integer("tool_calls").notNull(),
    month: text("month"),
    publishedAt: moment("published_at").notNull(),
    tsv: tsvector("tsv").notNull(),
  },
  (t) => [
    // fastupdate off: a pending list would make the next reader pay for many writers
    index("search_document_tsv").using("gin", t.tsv).with({ fastupdate: false }),
    index("search_document_languages").using("gin", t.languages),
    index("search_document_tool_kinds").using("gin", t.toolKinds),
    index("search_document_newest").on(t.publishedAt.desc().nullsFirst(), t.id.desc().nullsFirst()),
  ],
);

/** Facet counts over all public episodes, for the page without a query. */
export const searchFacetCount = pgTable(
  "search_facet_count",
  { facet: text("facet").notNull(), value: text("value").notNull(), count: integer("count").notNull() },
  (t) => [primaryKey({ columns: [t.facet, t.value] })],
);
