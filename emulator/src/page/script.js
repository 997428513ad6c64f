// Keeps the page live: fetches it again, and changes in place only what differs, so that focus, selection and scrolling
// stay where they are. Without this script everything works by forms and reloading.
"use strict";

const EVERY = 1000;
const PATIENCE = 10_000;
const live = document.getElementById("live");
const lost = document.getElementById("lost");
const said = document.getElementById("said");
const problem = document.getElementById("problem");
let latest = 0;
let timer;

/** Fetches the page, or sends a form and takes the page that follows, and shows it. Gives it with its news, if there is one. */
async function load(address, request) {
  const turn = ++latest;
  clearTimeout(timer);
  try {
    const response = await fetch(address, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE), ...request });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (!page.querySelector("main")) throw new Error(`status ${response.status}`);
    // Another look was taken meanwhile: this one is old.
    if (turn !== latest) return undefined;
    const news = show(page);
    lost.hidden = true;
    return { page, news };
  } catch {
    if (turn === latest && lost.hidden) {
      lost.textContent = `The emulator has not answered since ${new Date().toLocaleTimeString()}. This is how it was.`;
      lost.hidden = false;
    }
    return undefined;
  } finally {
    if (turn === latest) wait();
  }
}

function isLive() {
  return live.getAttribute("aria-pressed") === "true" && !document.hidden;
}

function wait() {
  clearTimeout(timer);
  if (isLive()) timer = setTimeout(() => load("/"), EVERY);
}

function show(page) {
  const before = states();
  document.title = page.title;
  change(document.body, page.body);
  const changed = [...states()].filter(([key, state]) => before.has(key) && before.get(key) !== state);
  const news = changed.map(([, state]) => `${state}.`);
  if (news.length) said.textContent = news.join(" ");
  return news;
}

/** What is worth being told when it changes. */
function states() {
  const parts = [...document.querySelectorAll("[data-announce]")];
  return new Map(parts.map((part) => [part.dataset.key, part.dataset.announce]));
}

/** Makes `old` like `wanted`, keeping every node that can stay. */
function change(old, wanted) {
  const keys = new Set([...wanted.children].map(keyOf));
  for (const child of [...old.children]) if (keyOf(child) && !keys.has(keyOf(child))) child.remove();
  let here = old.firstChild;
  for (const next of [...wanted.childNodes]) {
    const match = find(here, next);
    if (!match) {
      old.insertBefore(next, here);
      continue;
    }
    // What stands before it belongs to nothing that follows, unless it has a key and only moved.
    while (here !== match && !keyOf(here)) {
      const gone = here;
      here = here.nextSibling;
      gone.remove();
    }
    if (here === match) here = here.nextSibling;
    else old.insertBefore(match, here);
    if (!match.isEqualNode(next)) update(match, next);
  }
  while (here) {
    const gone = here;
    here = here.nextSibling;
    gone.remove();
  }
}

/** The node from `here` on that stands for `wanted`. */
function find(here, wanted) {
  for (let node = here; node; node = node.nextSibling) {
    if (node.nodeName === wanted.nodeName && keyOf(node) === keyOf(wanted)) return node;
  }
  return undefined;
}

function keyOf(node) {
  return node.nodeType === Node.ELEMENT_NODE ? node.dataset.key || node.id || undefined : undefined;
}

function update(old, wanted) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    old.nodeValue = wanted.nodeValue;
    return;
  }
  // The script's own parts, and what a browser with a script reads in another way.
  if ("own" in old.dataset || old.nodeName === "NOSCRIPT") return;
  for (const { name } of [...old.attributes]) if (!wanted.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of wanted.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  change(old, wanted);
}

document.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { target: form, submitter } = event;
  const body = new URLSearchParams(new FormData(form, submitter));
  const shown = await load(form.action, { method: "POST", body });
  if (!shown) return;
  problem.textContent = shown.page.getElementById("problem").textContent;
  problem.hidden = !problem.textContent;
  if (problem.textContent) return;
  form.reset();
  said.textContent = [submitter?.dataset.done ?? "", ...shown.news].join(" ");
});

live.addEventListener("click", () => {
  live.setAttribute("aria-pressed", String(live.getAttribute("aria-pressed") !== "true"));
  goOn();
});

document.addEventListener("visibilitychange", goOn);

function goOn() {
  if (isLive()) load("/");
  else clearTimeout(timer);
}

live.hidden = false;
wait();
