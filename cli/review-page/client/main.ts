import { finish } from "./actions.ts";
import { getList, redeem } from "./calls.ts";
import { showKeys } from "./dialogs.ts";
import { button, countsInWords, el } from "./dom.ts";
import { episodeView } from "./episode.ts";
import { listenToKeys } from "./keys.ts";
import { listView } from "./list.ts";
import { rowAt } from "./rows.ts";
import { shownEpisodes, statesOf, store } from "./store.ts";

const app = document.getElementById("app");

/** Draws the page from the store. Scroll and focus stay where they are. */
function show(): void {
  const places = [".list", ".reader"].map((name) => document.querySelector(name)?.scrollTop ?? 0);
  const had = document.activeElement;
  const slot = had instanceof HTMLElement && had.classList.contains("row") ? had.dataset["slot"] : undefined;
  app?.classList.toggle("reading", store.view !== undefined);
  document.getElementById("counts")?.replaceChildren(countsInWords(statesOf(shownEpisodes())));
  document.getElementById("status")?.replaceChildren(store.message);
  document.querySelector(".panes")?.replaceChildren(listView(), episodeView());
  [".list", ".reader"].forEach((name, index) =>
    document.querySelector(name)?.scrollTo(0, places[index] ?? 0),
  );
  if (slot !== undefined) rowAt(slot)?.focus({ preventScroll: true });
}

function frame(): void {
  const filter = document.createElement("input");
  filter.id = "filter";
  filter.type = "search";
  filter.placeholder = "Filter";
  filter.setAttribute("aria-label", "Filter episodes");
  filter.addEventListener("input", () => {
    store.filter = filter.value;
    show();
  });
  app?.replaceChildren(
    el(
      "header",
      { class: "top" },
      el("h1", {}, "Review"),
      el("span", { id: "counts", class: "facts" }),
      el("p", { id: "status", role: "status" }),
      filter,
      button("?", showKeys, { class: "quiet", "aria-label": "Keys" }),
      button("Done", () => void finish(), { class: "main" }),
    ),
    el("main", { class: "panes" }),
  );
}

/** The token stands in the address once; it goes from there before anything else happens. */
async function begin(): Promise<void> {
  const token = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
  try {
    if (token !== "") await redeem(token);
    store.list = await getList();
  } catch {
    const text =
      "This address was used already, or its review has ended. Start trace-share review --open again.";
    app?.replaceChildren(
      el("main", { class: "alone" }, el("h1", {}, "Review"), el("p", { role: "alert" }, text)),
    );
    return;
  }
  frame();
  listenToKeys();
  store.draw = show;
  show();
}

void begin();
