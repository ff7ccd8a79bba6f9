/** What a key can do. Each acts on marks in the page (`data-search`, `data-row`, `data-error`, `data-redaction`). */
export type KeyAction =
  | "search"
  | "sheet"
  | "next-row"
  | "previous-row"
  | "next-error"
  | "previous-error"
  | "next-redaction"
  | "previous-redaction"
  | "toggle-all";

const KEYS: Record<string, KeyAction> = {
  "/": "search",
  "?": "sheet",
  j: "next-row",
  k: "previous-row",
  e: "next-error",
  E: "previous-error",
  r: "next-redaction",
  R: "previous-redaction",
  Z: "toggle-all",
};

/** The action of a key press, or null: keys are left alone while somebody types, and with modifiers. */
export function keyActionOf(event: KeyboardEvent, singleKeys: boolean): KeyAction | null {
  if (event.defaultPrevented || event.isComposing) return null;
  if ((event.metaKey || event.ctrlKey) && !event.altKey)
    return event.key.toLowerCase() === "k" ? "search" : null;
  if (!singleKeys || event.altKey || isTyping(event.target)) return null;
  return KEYS[event.key] ?? null;
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches("textarea, select, input:not([type=checkbox], [type=radio])"))
  );
}

export function runKeyAction(action: Exclude<KeyAction, "sheet">): void {
  if (action === "search") return goToSearch();
  if (action === "toggle-all") return toggleAll();
  const [way, mark] = action.split("-");
  const targets = [...document.querySelectorAll<HTMLElement>(`#content [data-${mark}]`)].filter(isShown);
  step(targets, way === "next" ? 1 : -1);
}

/** Opens every folded part of a trace, or folds all if all are open. */
export function toggleAll(): void {
  const parts = [...document.querySelectorAll<HTMLDetailsElement>(".trace .step > div > details")];
  const open = parts.some((part) => !part.open);
  for (const part of parts) part.open = open;
}

function goToSearch(): void {
  const box = document.querySelector<HTMLInputElement>("[data-search]");
  if (!box) return location.assign("/");
  box.focus();
  box.select();
}

/** Moves focus to the neighbour of where the focus is now, in the order of the document, and opens what folds it away. */
function step(targets: readonly HTMLElement[], by: 1 | -1): void {
  const here = document.activeElement;
  const after = (target: HTMLElement) =>
    here !== null &&
    here !== document.body &&
    Boolean(here.compareDocumentPosition(target) & (by === 1 ? 4 : 2)) &&
    !target.contains(here);
  const ordered = by === 1 ? targets : targets.toReversed();
  const next = ordered.find(after) ?? ordered[0];
  if (!next) return;
  for (let parent: HTMLElement | null = next; parent; parent = parent.parentElement)
    if (parent instanceof HTMLDetailsElement) parent.open = true;
  const folded = next.querySelector<HTMLDetailsElement>(":scope > div > details");
  if (folded && next.dataset.error !== undefined) folded.open = true;
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "center" });
}

function isShown(element: HTMLElement): boolean {
  return element.closest(".step")?.checkVisibility() ?? element.checkVisibility();
}
