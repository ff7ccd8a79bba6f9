"use client";
import { Monitor, Moon, Sun } from "lucide-react";
import { ToggleGroup } from "radix-ui";
import { useState } from "react";

import { type Theme, THEMES } from "./theme.ts";

/** The library writes `outline: none` into the page, which the content security policy forbids; the focus ring is ours. */
const NO_INLINE_STYLE = { outline: undefined };

const LOOKS = {
  system: { icon: Monitor, label: "As the system" },
  light: { icon: Sun, label: "Light" },
  dark: { icon: Moon, label: "Dark" },
} as const;

/**
 * Chooses the theme and remembers it in a cookie that the server reads, so that the first paint is right without a script in
 * the page. Without scripts the system's setting holds.
 */
export function ThemeSwitch({ initial }: { initial: Theme }) {
  const [theme, setTheme] = useState<Theme>(initial);
  const choose = (value: string) => {
    const next = THEMES.find((known) => known === value);
    if (!next) return;
    setTheme(next);
    document.documentElement.dataset.theme = next;
    document.cookie = `theme=${next}; path=/; max-age=31536000; samesite=lax`;
  };
  return (
    <ToggleGroup.Root
      type="single"
      value={theme}
      onValueChange={choose}
      aria-label="Theme"
      style={NO_INLINE_STYLE}
      className="needs-script inline-flex rounded-token border border-line"
    >
      {THEMES.map((name) => {
        const { icon: Icon, label } = LOOKS[name];
        return (
          <ToggleGroup.Item
            key={name}
            value={name}
            aria-label={label}
            title={label}
            className="inline-flex size-7 items-center justify-center rounded-token text-muted hover:text-ink data-[state=on]:bg-sunken data-[state=on]:text-ink"
          >
            <Icon aria-hidden className="size-4" />
          </ToggleGroup.Item>
        );
      })}
    </ToggleGroup.Root>
  );
}
