import type { PageEpisode, PageGroup, PageSession } from "#cli/review-page/messages.ts";
import { openEpisode } from "./actions.ts";
import { showProject } from "./dialogs.ts";
import { button, bytesInWords, countsInWords, el, plainly } from "./dom.ts";
import { beginRows, lazyRows } from "./rows.ts";
import { shownOf, statesOf, store } from "./store.ts";

/** Projects, their sessions, and of each session its episodes. */
export function listView(): HTMLElement {
  beginRows();
  const groups = store.list.groups.map((group) => groupView(group, shownOf(group)));
  const isEmpty = store.list.groups.length === 0;
  return el(
    "nav",
    { class: "list", "aria-label": "Episodes" },
    ...groups,
    isEmpty &&
      el("p", { class: "empty" }, "Nothing is offered. trace-share run --dry-run says what was read."),
    !isEmpty &&
      groups.every((group) => group === undefined) &&
      el("p", { class: "empty" }, "No episode matches the filter."),
  );
}

function groupView(group: PageGroup, sessions: readonly PageSession[]): HTMLElement | undefined {
  if (sessions.length === 0) return undefined;
  const said = group.affirmed ? `repository ${group.visibility}` : "not affirmed";
  return el(
    "section",
    {},
    el(
      "header",
      {},
      el("h2", {}, plainly(group.name)),
      el("span", { class: "facts" }, `${said} · ${group.raw ? "raw" : "summaries"}`),
      button("Decide…", () => showProject(group.key), {
        class: "quiet",
        "aria-label": `Decide for the project ${plainly(group.name)}`,
      }),
    ),
    ...sessions.map(sessionView),
  );
}

function sessionView(session: PageSession): HTMLElement {
  const { source, start, episodes } = session;
  const bytes = episodes.reduce((sum, one) => sum + one.bytes, 0);
  return el(
    "div",
    { class: "session" },
    el(
      "h3",
      {},
      plainly(source),
      el("span", { class: "facts" }, ` ${start?.slice(0, 10) ?? "no date"} · ${bytesInWords(bytes)} · `),
      el("span", { class: "facts" }, countsInWords(statesOf(episodes))),
    ),
    ...rowsOf(episodes),
  );
}

function rowsOf(episodes: readonly PageEpisode[]): HTMLElement[] {
  const bySlot = new Map(episodes.map((episode) => [episode.slot, episode]));
  return lazyRows([...bySlot.keys()], (slot) => {
    const episode = bySlot.get(slot);
    return episode ? rowOf(episode) : el("span", {});
  });
}

function rowOf(episode: PageEpisode): HTMLElement {
  const { slot, state, title, id, bytes, steps, redactions, flags } = episode;
  const total = countsInWords(redactions);
  const isOpen = store.view?.episode.slot === slot;
  return el(
    "button",
    {
      type: "button",
      class: "row",
      "data-slot": slot,
      click: () => void openEpisode(slot),
      ...(isOpen ? { "aria-current": "true" } : {}),
    },
    el("span", { class: `state ${state}` }, state),
    el("span", { class: "title" }, plainly(title) || id.slice(0, 12)),
    el("span", { class: "facts" }, `${steps} steps · ${bytesInWords(bytes)}`),
    total !== "" && el("span", { class: "facts" }, `redactions: ${plainly(total)}`),
    ...flags.map((flag) => el("span", { class: "flag" }, plainly(flag))),
  );
}
