"use client";
import { type ComponentProps, type ReactNode, useId, useRef } from "react";
import { Button } from "./button.tsx";

/**
 * A button that opens a dialog with what is about to happen and the form that does it. The browser's own modal dialog, opened
 * by an invoker command, so that it works before (or without) scripts, traps focus and closes on Escape.
 */
export function ConfirmDialog({
  open,
  look = "danger",
  size = "small",
  title,
  children,
}: {
  open: string;
  look?: NonNullable<ComponentProps<typeof Button>["look"]>;
  size?: "normal" | "small";
  title: string;
  children: ReactNode;
}) {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const show = () => {
    if (dialog.current && !dialog.current.open) dialog.current.showModal();
  };
  return (
    <>
      <Button type="button" look={look} size={size} onClick={show} {...invoke(id, "show-modal")}>
        {open}
      </Button>
      <dialog
        ref={dialog}
        id={id}
        aria-labelledby={`${id}-title`}
        className="m-auto w-full max-w-dialog rounded-token border border-line-strong bg-page p-6 text-ink"
      >
        <div className="space-y-4 text-left text-base font-normal whitespace-normal">
          <h2 id={`${id}-title`} className="text-lg font-semibold">
            {title}
          </h2>
          {children}
          <Button type="button" look="quiet" onClick={() => dialog.current?.close()} {...invoke(id, "close")}>
            Cancel, change nothing
          </Button>
        </div>
      </dialog>
    </>
  );
}

/** Invoker command attributes (HTML standard); React's types don't know them yet. */
function invoke(id: string, command: "show-modal" | "close"): Record<string, string> {
  return { command, commandfor: id };
}
