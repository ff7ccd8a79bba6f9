import { cn } from "./cn.ts";
import { CopyButton } from "./copy-button.tsx";

/** A long id or digest: its beginning in mono, the whole of it in the title and on the clipboard. */
export function ShortId({
  value,
  label = "id",
  length = 12,
}: {
  value: string;
  label?: string;
  length?: number;
}) {
  return (
    <span className="inline-flex items-center gap-1">
      <code className={cn("text-sm", length > 16 && "max-sm:text-xs")} title={value}>
        {value.slice(0, length)}
      </code>
      <CopyButton value={value} label={label} />
    </span>
  );
}
