import { Ban, CircleCheck, CircleDashed, CircleX, Clock } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "./cn.ts";

/** The four meanings of colour, and none. Nothing else on a page may use their colours. */
export type Meaning = "success" | "failure" | "held" | "withdrawn" | "none";

const LOOKS: Record<Meaning, { icon: typeof Ban; text: string; box: string }> = {
  success: { icon: CircleCheck, text: "text-success", box: "bg-success-soft" },
  failure: { icon: CircleX, text: "text-failure", box: "bg-failure-soft" },
  held: { icon: Clock, text: "text-held", box: "bg-held-soft" },
  withdrawn: { icon: Ban, text: "text-withdrawn", box: "bg-withdrawn-soft" },
  none: { icon: CircleDashed, text: "text-muted", box: "bg-sunken" },
};

/** A meaning as icon and word together. What was withdrawn is struck through by whoever names it, not its state. */
export function Badge({
  meaning,
  children,
  className,
}: {
  meaning: Meaning;
  children: ReactNode;
  className?: string;
}) {
  const { text, box } = LOOKS[meaning];
  return (
    <span
      className={cn(
        "inline-flex items-center gap-1 rounded-token px-2 py-0.5 text-xs font-medium whitespace-nowrap",
        text,
        box,
        className,
      )}
    >
      <MeaningIcon meaning={meaning} />
      {children}
    </span>
  );
}

/** The icon of a meaning alone, for places where the word stands beside it. */
export function MeaningIcon({
  meaning,
  label,
  className,
}: {
  meaning: Meaning;
  label?: string;
  className?: string;
}) {
  const { icon: Icon, text } = LOOKS[meaning];
  return (
    <Icon
      className={cn("size-4 shrink-0", text, className)}
      {...(label ? { role: "img", "aria-label": label } : { "aria-hidden": true })}
    />
  );
}
