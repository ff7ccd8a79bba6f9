import { el } from "./dom.ts";

/** So many rows are made together, when they come near to what is seen. */
const TOGETHER = 40;
const NEAR_PX = 600;
/** Height of a row of two lines, until its own is known. */
const ROW_PX = 54;

type Undrawn = { slots: readonly string[]; make: (slot: string) => HTMLElement };
const undrawn = new Map<Element, Undrawn>();
/** What the rows from a slot on were high when they were last there. */
const heights = new Map<string, number>();
let near = new Set<string>();
let watch: IntersectionObserver | undefined;

/** Begins a new drawing of the list. Where the old one was being looked at, the new one is drawn at once, so that nothing jumps. */
export function beginRows(): void {
  const list = document.querySelector<HTMLElement>(".list");
  // where an open episode covers the list, it has no place: it comes back as it was
  if (list?.offsetParent) measure(list);
  undrawn.clear();
  watch?.disconnect();
  watch = new IntersectionObserver(
    (seen) => {
      for (const { target, isIntersecting } of seen) if (isIntersecting) draw(target);
    },
    { rootMargin: `${NEAR_PX}px` },
  );
}

function measure(list: HTMLElement): void {
  near = new Set();
  for (const rows of list.querySelectorAll<HTMLElement>("ul")) {
    const first = rows.dataset["first"] ?? "";
    const { top, bottom, height } = rows.getBoundingClientRect();
    if (!undrawn.has(rows)) heights.set(first, height);
    if (bottom > -NEAR_PX && top < innerHeight + NEAR_PX) near.add(first);
  }
}

/** Lists of the rows of these windows. A row is made once it is near to what is seen, or asked for. */
export function lazyRows(slots: readonly string[], make: (slot: string) => HTMLElement): HTMLElement[] {
  const lists: HTMLElement[] = [];
  for (let at = 0; at < slots.length; at += TOGETHER) {
    const some = slots.slice(at, at + TOGETHER);
    const first = some[0] ?? "";
    const rows = el("ul", { "data-first": first });
    undrawn.set(rows, { slots: some, make });
    rows.style.minHeight = `${heights.get(first) ?? some.length * ROW_PX}px`;
    if (near.has(first)) draw(rows);
    else watch?.observe(rows);
    lists.push(rows);
  }
  return lists;
}

function draw(rows: Element): void {
  const what = undrawn.get(rows);
  if (!what) return;
  undrawn.delete(rows);
  watch?.unobserve(rows);
  rows.replaceChildren(...what.slots.map((slot) => el("li", {}, what.make(slot))));
  if (rows instanceof HTMLElement) rows.style.minHeight = "";
}

/** The row of a window, made if it is not there yet; the first row of the list if there is none of it. */
export function rowAt(slot: string): HTMLElement | undefined {
  const [first] = undrawn;
  const holding = [...undrawn].find(([, { slots }]) => slots.includes(slot));
  if (holding) draw(holding[0]);
  const rows = () => [...document.querySelectorAll<HTMLElement>("button.row")];
  const own = rows().find((row) => row.dataset["slot"] === slot);
  if (own) return own;
  if (first && first[0] === document.querySelector(".list ul")) draw(first[0]);
  return rows()[0];
}
