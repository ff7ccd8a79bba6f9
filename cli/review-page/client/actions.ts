import type { PageGroup, PageList } from "#cli/review-page/messages.ts";
import { getView, postDecision, postDone, postMark, postProject, postUnmark } from "./calls.ts";
import { el } from "./dom.ts";
import { rowAt } from "./rows.ts";
import { episodeAt, shownEpisodes, store } from "./store.ts";

/** Does something that the server answers; what went wrong is said and changes nothing here. */
async function attempt(work: () => Promise<void>): Promise<void> {
  try {
    store.message = "";
    await work();
  } catch (error) {
    store.message = whyOf(error);
  }
  store.draw();
}

function whyOf(error: unknown): string {
  const status = error instanceof Error ? error.message : "";
  if (status === "409")
    return "That is not possible (any more): its project is not affirmed, or it has changed.";
  if (status === "401") return "This page is no longer the review's: start trace-share review --open again.";
  return "The review has ended on the other side: start trace-share review --open again.";
}

async function take(list: PageList): Promise<void> {
  store.list = list;
  const open = store.view && episodeAt(store.view.episode.slot);
  store.view = open && (await getView(open.id));
}

export async function openEpisode(slot: string): Promise<void> {
  await attempt(async () => {
    const episode = episodeAt(slot);
    if (!episode) return;
    store.view = await getView(episode.id);
    store.at = slot;
    store.side = "after";
  });
  const reader = document.querySelector<HTMLElement>(".episode");
  reader?.focus({ preventScroll: true });
  reader?.scrollTo(0, 0);
}

export function closeEpisode(): void {
  store.view = undefined;
  store.draw();
  focusRow();
}

export function flip(): void {
  if (!store.view) return;
  store.side = store.side === "after" ? "before" : "after";
  store.draw();
}

/** Decides on the open episode, or on the one that the keys are at, and goes on to the next open one. */
export async function decideOpen(decision: "accepted" | "rejected"): Promise<void> {
  const slot = store.view?.episode.slot ?? store.at;
  const episode = episodeAt(slot);
  if (!episode) return;
  await attempt(async () => {
    const before = shownEpisodes();
    const from = before.findIndex((one) => one.slot === slot);
    store.list = await postDecision([episode.id], decision);
    const next = [...before.slice(from + 1), ...before.slice(0, from)].find(({ state }) => state === "open");
    if (next) store.at = next.slot;
    const shown = store.view && (next ?? episodeAt(slot));
    store.view = shown && (await getView(shown.id));
    store.side = "after";
    store.message = `${decision === "accepted" ? "Accepted" : "Rejected"}.${next ? "" : " No other one is open."}`;
  });
  if (!store.view) focusRow();
}

export async function decideAllOf(group: PageGroup, decision: "accepted" | "rejected"): Promise<void> {
  const ids = group.sessions
    .flatMap(({ episodes }) => episodes)
    .filter(({ state }) => decision === "rejected" || state === "open")
    .map(({ id }) => id);
  await attempt(async () => {
    await take(await postDecision(ids, decision));
    store.message = `${ids.length} ${decision}.`;
  });
}

export async function decideProject(key: string, action: string): Promise<void> {
  await attempt(async () => take(await postProject(key, action)));
}

export async function markMissed(text: string): Promise<void> {
  const slot = store.view?.episode.slot;
  const episode = slot === undefined ? undefined : episodeAt(slot);
  if (!episode) return;
  await attempt(async () => {
    const { message, list } = await postMark(episode.id, text);
    await take(list);
    store.side = "after";
    store.message = message;
  });
}

export async function unmark(word: string): Promise<void> {
  await attempt(async () => take(await postUnmark(word)));
}

export async function finish(): Promise<void> {
  try {
    await postDone();
  } catch {
    // it has ended already, which is what was asked for
  }
  const text =
    "The review has ended; what you decided is kept. You may close this page. Next: trace-share run --review --yes";
  document.body.replaceChildren(
    el("main", { class: "alone" }, el("h1", {}, "Done"), el("p", { role: "status" }, text)),
  );
}

/** Puts the focus where the keys are. */
export function focusRow(): void {
  rowAt(store.at)?.focus();
}

export function move(step: 1 | -1): void {
  const episodes = shownEpisodes();
  const from = episodes.findIndex((one) => one.slot === store.at);
  const next = episodes[from < 0 ? 0 : Math.min(episodes.length - 1, Math.max(0, from + step))];
  if (!next) return;
  store.at = next.slot;
  if (store.view) void openEpisode(next.slot);
  else focusRow();
}

/** Goes to the next redaction of the open episode; behind the last one to the first. */
export function nextMark(): void {
  const marks = [...document.querySelectorAll<HTMLElement>(".episode mark")].filter(
    (mark) => mark.offsetParent,
  );
  const from = marks.findIndex((mark) => mark.classList.contains("current"));
  marks[from]?.classList.remove("current");
  const next = marks[(from + 1) % Math.max(1, marks.length)];
  next?.classList.add("current");
  next?.scrollIntoView({ block: "center" });
}
