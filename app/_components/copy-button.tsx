"use client";
import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";

/** Copies a value whole. Keeps its size when it says so, and is absent without scripts. `absolute` adds the site to a path. */
export function CopyButton({ value, label, absolute }: { value: string; label: string; absolute?: boolean }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2_000);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = () => {
    navigator.clipboard.writeText(absolute ? new URL(value, location.origin).href : value).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  const Icon = copied ? Check : Copy;
  return (
    <button
      type="button"
      onClick={copy}
      aria-label={copied ? `${label} copied` : `Copy ${label}`}
      className="needs-script inline-flex size-6 shrink-0 items-center justify-center rounded-token text-muted hover:bg-sunken hover:text-ink"
    >
      <Icon aria-hidden className="size-3.5" />
    </button>
  );
}
