import type { CallStep } from "#lib/domain/text/call-line.ts";
import { commandOf, isObject } from "#lib/domain/text/arguments.ts";
import { diffsOfCall } from "#lib/domain/text/tool-diff.ts";
import { Diffs } from "./diff.tsx";
import { Terminal } from "./terminal.tsx";
import { Pieces } from "./pieces.tsx";

/** What a call was given: a diff where it changes files, a command where it runs one, else its named values. */
export function Arguments({ call }: { call: CallStep }) {
  const { args, tool } = call;
  if (args === undefined) return null;
  const files = tool.kind === "edit" || tool.kind === "shell" ? diffsOfCall(args) : null;
  if (files) return <Diffs files={files} />;
  const command = tool.kind === "shell" ? commandOf(args) : null;
  if (command !== null) return <Terminal text={command} />;
  if (!isObject(args))
    return <Terminal text={typeof args === "string" ? args : JSON.stringify(args, null, 2)} />;
  return (
    <dl className="space-y-2 text-sm">
      {Object.entries(args).map(([name, value]) => (
        <div key={name} className="grid gap-1 md:grid-cols-[10rem_minmax(0,1fr)] md:gap-3">
          <dt className="wrap-anywhere text-muted">
            <code>
              <Pieces text={name} />
            </code>
          </dt>
          <dd className="min-w-0">
            <Value value={value} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Value({ value }: { value: unknown }) {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  if (text.length > 120 || text.includes("\n")) return <Terminal text={text} />;
  return (
    <code className="wrap-anywhere">
      <Pieces text={text} />
    </code>
  );
}
