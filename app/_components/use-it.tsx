"use client";
import { Tabs } from "radix-ui";
import { CopyButton } from "./copy-button.tsx";

/** The library writes inline styles into the page, which the content security policy forbids; these take them out again. */
const NO_INLINE_STYLE = { outline: undefined, animationDuration: undefined };

export type Recipe = { name: string; about: string; code: string };

/** How to use a release, one recipe per tool. Without scripts all of them stand open. */
export function UseIt({ recipes }: { recipes: readonly Recipe[] }) {
  return (
    <Tabs.Root defaultValue="recipe-0" className="space-y-3">
      <Tabs.List
        aria-label="Ways to use this release"
        style={NO_INLINE_STYLE}
        className="flex flex-wrap gap-1 border-b border-line"
      >
        {recipes.map((recipe, index) => (
          <Tabs.Trigger
            key={recipe.name}
            value={`recipe-${index}`}
            className="-mb-px min-h-9 border-b-2 border-transparent px-3 text-muted hover:text-ink data-[state=active]:border-accent data-[state=active]:text-ink"
          >
            {recipe.name}
          </Tabs.Trigger>
        ))}
      </Tabs.List>
      {recipes.map((recipe, index) => (
        <Tabs.Content key={recipe.name} value={`recipe-${index}`} forceMount asChild>
          <div style={NO_INLINE_STYLE} className="space-y-2">
            <p className="max-w-prose">{recipe.about}</p>
            <div className="flex items-start gap-2 rounded-token border border-line bg-raised p-3">
              <pre className="min-w-0 flex-1 text-sm wrap-anywhere whitespace-pre-wrap">{recipe.code}</pre>
              <CopyButton value={recipe.code} label={recipe.name} />
            </div>
          </div>
        </Tabs.Content>
      ))}
    </Tabs.Root>
  );
}
