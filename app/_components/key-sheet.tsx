"use client";
import { useEffect, useRef, useState } from "react";
import { Button } from "./button.tsx";
import { Choice } from "./field.tsx";
import { type KeyAction, keyActionOf, runKeyAction } from "./keys.ts";

const STORED = "single-key-shortcuts";

const SHEET: { keys: string; does: string }[] = [
  { keys: "/", does: "go to the search box" },
  { keys: "j  k", does: "next, previous result" },
  { keys: "e  E", does: "next, previous error in a trace" },
  { keys: "r  R", does: "next, previous redaction in a trace" },
  { keys: "Z", does: "open or fold all calls of a trace" },
  { keys: "?", does: "this sheet" },
];

/** Single-key shortcuts for the whole site, the sheet that lists them, and the switch that turns them off (WCAG 2.1.4). */
export function KeySheet() {
  const sheet = useRef<HTMLDialogElement>(null);
  const [on, setOn] = useState(true);
  useEffect(() => setOn(localStorage.getItem(STORED) !== "off"), []);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const action: KeyAction | null = keyActionOf(event, on);
      if (action === null || sheet.current?.open) return;
      event.preventDefault();
      if (action === "sheet") sheet.current?.showModal();
      else runKeyAction(action);
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, [on]);
  const change = (next: boolean) => {
    setOn(next);
    localStorage.setItem(STORED, next ? "on" : "off");
  };
  return (
    <>
      <button
        type="button"
        onClick={() => sheet.current?.showModal()}
        className="needs-script inline-flex min-h-7 items-center text-muted underline"
      >
        Keyboard shortcuts
      </button>
      <dialog
        ref={sheet}
        aria-labelledby="key-sheet-title"
        className="m-auto w-full max-w-dialog rounded-token border border-line-strong bg-page p-6 text-ink"
      >
        <div className="space-y-4">
          <h2 id="key-sheet-title" className="text-lg font-semibold">
            Keyboard shortcuts
          </h2>
          <dl className="grid grid-cols-[max-content_minmax(0,1fr)] gap-x-4 gap-y-2 text-base">
            {SHEET.map(({ keys, does }) => (
              <div key={keys} className="contents">
                <dt>
                  <kbd className="rounded-token border border-line-strong bg-raised px-1.5 text-sm whitespace-pre">
                    {keys}
                  </kbd>
                </dt>
                <dd>{does}</dd>
              </div>
            ))}
          </dl>
          <Choice type="checkbox" checked={on} onChange={(event) => change(event.target.checked)}>
            Use single-key shortcuts
          </Choice>
          <Button type="button" onClick={() => sheet.current?.close()}>
            Close
          </Button>
        </div>
      </dialog>
    </>
  );
}
