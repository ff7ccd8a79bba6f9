import { cva, type VariantProps } from "class-variance-authority";
import { Slot } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "./cn.ts";

const button = cva(
  "inline-flex min-h-9 shrink-0 items-center justify-center gap-2 rounded-token border px-3 text-base font-medium whitespace-nowrap no-underline transition-colors duration-100 disabled:cursor-not-allowed disabled:opacity-60",
  {
    variants: {
      look: {
        primary: "border-accent bg-accent text-on-accent hover:border-accent-strong hover:bg-accent-strong",
        plain: "border-line-strong bg-page text-ink hover:bg-raised",
        quiet: "border-transparent bg-transparent text-accent hover:bg-raised",
        danger: "border-failure bg-page text-failure hover:bg-failure-soft",
      },
      size: { normal: "", small: "min-h-7 px-2 text-sm" },
    },
    defaultVariants: { look: "plain", size: "normal" },
  },
);

/** A button, or with `asChild` a link that looks like one. */
export function Button({
  look,
  size,
  asChild,
  className,
  ...props
}: ComponentProps<"button"> & VariantProps<typeof button> & { asChild?: boolean }) {
  const Element = asChild ? Slot.Root : "button";
  return <Element className={cn(button({ look, size }), className)} {...props} />;
}
