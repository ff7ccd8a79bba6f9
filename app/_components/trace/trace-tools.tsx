"use client";
import { ChevronsUpDown } from "lucide-react";
import { useEffect } from "react";
import { Button } from "#app/_components/button.tsx";
import { toggleAll } from "#app/_components/keys.ts";

/** Opens the step that the address names, and a button that opens or folds all calls. */
export function TraceTools() {
  useEffect(() => {
    const open = () => {
      const target = document.getElementById(location.hash.slice(1));
      const details = target?.closest("li")?.querySelector<HTMLDetailsElement>(":scope > div > details");
      if (details) details.open = true;
      target?.scrollIntoView({ block: "start" });
    };
    if (location.hash) open();
    window.addEventListener("hashchange", open);
    return () => window.removeEventListener("hashchange", open);
  }, []);
  return (
    <Button type="button" size="small" className="needs-script" onClick={toggleAll}>
      <ChevronsUpDown aria-hidden className="size-4" />
      Open or fold all
    </Button>
  );
}
