import type { ReactNode } from "react";
import { type Block, markdownBlocks } from "#lib/domain/text/markdown.ts";
import { Table, Td, Th } from "./table.tsx";
import { Pieces } from "./trace/pieces.tsx";

/** A document of ours (a data card) as headings, tables and text. `top` is the level of its first heading on the page. */
export function Document({ text, top = 3 }: { text: string; top?: 3 | 4 }) {
  return (
    <div className="space-y-3">
      {markdownBlocks(text).map((block, index) => (
        // oxlint-disable-next-line no-array-index-key -- blocks of one document never move
        <BlockView key={index} block={block} top={top} />
      ))}
    </div>
  );
}

function BlockView({ block, top }: { block: Block; top: 3 | 4 }) {
  switch (block.kind) {
    case "heading": {
      const Heading = top + block.level - 1 >= 4 ? "h4" : "h3";
      return (
        <Heading className="pt-2 font-semibold">
          <Pieces text={block.text} />
        </Heading>
      );
    }
    case "paragraph":
      return (
        <p className="max-w-prose wrap-anywhere">
          <Inline text={block.text} />
        </p>
      );
    case "list":
      return (
        <ul className="ml-5 max-w-prose list-disc space-y-1 wrap-anywhere">
          {block.items.map((item) => (
            <li key={item}>
              <Inline text={item} />
            </li>
          ))}
        </ul>
      );
    case "table":
      return <TableView block={block} />;
    case "code":
      return (
        <pre className="rounded-token border border-line bg-raised p-3 text-sm wrap-anywhere whitespace-pre-wrap">
          {block.text}
        </pre>
      );
  }
}

function TableView({ block }: { block: Extract<Block, { kind: "table" }> }) {
  return (
    <Table label={block.head.join(", ")}>
      <thead>
        <tr>
          {block.head.map((cell) => (
            <Th key={cell}>{cell}</Th>
          ))}
        </tr>
      </thead>
      <tbody>
        {block.rows.map((row) => (
          <tr key={row.join("|")}>
            {row.map((cell, column) => (
              // oxlint-disable-next-line no-array-index-key -- columns of one table never move
              <Td key={column} className="whitespace-nowrap">
                <Inline text={cell} />
              </Td>
            ))}
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

/** Backticks are the one mark inside a line. */
function Inline({ text }: { text: string }): ReactNode {
  return text.split("`").map((part, index) =>
    index % 2 === 1 ? (
      // oxlint-disable-next-line no-array-index-key -- parts of one line never move
      <code key={index} className="text-sm">
        <Pieces text={part} />
      </code>
    ) : (
      // oxlint-disable-next-line no-array-index-key -- parts of one line never move
      <Pieces key={index} text={part} />
    ),
  );
}
