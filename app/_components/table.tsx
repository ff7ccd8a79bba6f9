import type { ComponentProps, ReactNode } from "react";
import { cn } from "./cn.ts";

/** A table that scrolls sideways inside itself on small screens; the region can be scrolled with the keyboard. */
export function Table({
  label,
  children,
  stacked,
}: {
  label: string;
  children: ReactNode;
  /** On small screens each row becomes a card, its cells one below the other. */
  stacked?: boolean;
}) {
  return (
    <section
      aria-label={label}
      tabIndex={0}
      className="relative overflow-x-auto rounded-token border border-line"
    >
      <table className={cn("w-full border-collapse text-left text-base", stacked && "stacked")}>
        {children}
      </table>
    </section>
  );
}

export function Th({ className, ...props }: ComponentProps<"th">) {
  return (
    <th
      scope="col"
      className={cn("h-9 bg-raised px-3 text-sm font-medium whitespace-nowrap text-muted", className)}
      {...props}
    />
  );
}

export function Td({ className, ...props }: ComponentProps<"td">) {
  return <td className={cn("h-9 border-t border-line px-3 py-1.5 align-top", className)} {...props} />;
}
