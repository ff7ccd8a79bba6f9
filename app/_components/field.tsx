import type { ComponentProps, ReactNode } from "react";
import { cn } from "./cn.ts";

const CONTROL =
  "w-full rounded-token border border-line-strong bg-page px-3 text-base text-ink placeholder:text-muted disabled:opacity-60";

/** A labelled control with its hint. The hint is tied to the control for screen readers. */
export function Field({
  id,
  label,
  hint,
  children,
}: {
  id: string;
  label: string;
  hint?: ReactNode;
  children: ReactNode;
}) {
  return (
    <div className="space-y-1">
      <label htmlFor={id} className="block font-medium">
        {label}
      </label>
      {children}
      {hint && (
        <p id={`${id}-hint`} className="max-w-prose text-sm text-muted">
          {hint}
        </p>
      )}
    </div>
  );
}

export function TextInput({ className, ...props }: ComponentProps<"input">) {
  return <input className={cn(CONTROL, "min-h-9", className)} {...props} />;
}

export function TextArea({ className, ...props }: ComponentProps<"textarea">) {
  return <textarea rows={5} className={cn(CONTROL, "py-2", className)} {...props} />;
}

export function Select({ className, ...props }: ComponentProps<"select">) {
  return <select className={cn(CONTROL, "min-h-9", className)} {...props} />;
}

/** One choice of several, with its explanation as part of the label. */
export function Choice({
  type,
  children,
  hint,
  ...props
}: Omit<ComponentProps<"input">, "type"> & { type: "radio" | "checkbox"; hint?: ReactNode }) {
  return (
    <label className="flex min-h-7 items-start gap-2">
      <input type={type} className="mt-0.5 size-4 shrink-0 accent-accent" {...props} />
      <span>
        {children}
        {hint && <span className="block text-sm text-muted">{hint}</span>}
      </span>
    </label>
  );
}
