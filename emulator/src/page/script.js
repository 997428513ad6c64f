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
    // A form may lead elsewhere than it came from.
    if (response.redirected) history.replaceState(null, "", response.url);
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

/** The address of what is looked at. */
function here() {
  return location.pathname + location.search;
}

function isLive() {
  return live.getAttribute("aria-pressed") === "true" && !document.hidden;
}

function wait() {
  clearTimeout(timer);
  if (isLive()) timer = setTimeout(() => load(here()), EVERY);
}

function show(page) {
  const before = states();
  const focused = document.activeElement;
  const part = focused.closest("section")?.id;
  document.title = page.title;
  change(document.body, page.body);
  // Where the focus was is gone: a key goes on from the heading of that part, not from the top of the page.
  if (part && !focused.isConnected) document.getElementById(part)?.querySelector("h2").focus({ preventScroll: true });
  equip();
  const slider = document.getElementById("travel");
  if (slider && Number(slider.value)) settle(slider.form);
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
  // The script's own parts, what somebody is writing, and what a browser with a script reads in another way.
  if ("own" in old.dataset || "dirty" in old.dataset || old.nodeName === "NOSCRIPT") return;
  // What somebody has opened or closed stays so.
  if (old.nodeName === "DETAILS") wanted.open = old.open;
  for (const { name } of [...old.attributes]) if (!wanted.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of wanted.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  change(old, wanted);
}

/** Looks at something else on the page, as a link or a form of the kind that asks does. */
async function go(address, keep) {
  const target = new URL(address, location.href);
  if (!keep) history.pushState(null, "", target);
  if (!(await load(target.pathname + target.search))) return;
  const part = target.hash && document.getElementById(target.hash.slice(1));
  if (!part) return;
  part.scrollIntoView({ block: "nearest" });
  part.querySelector("h2[tabindex]")?.focus({ preventScroll: true });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  const plain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  // In a picture the address is an object of its own.
  const address = link && new URL(link.getAttribute("href"), location.href);
  if (!address || !plain || address.origin !== location.origin || address.pathname !== "/") return;
  if (address.hash && address.search === location.search) return;
  event.preventDefault();
  go(address);
});

addEventListener("popstate", () => go(location.href, true));

document.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { target: form, submitter } = event;
  const fields = new URLSearchParams(new FormData(form, submitter));
  // Not as its members: fields of those names would stand in for them.
  const [method, action] = ["method", "action"].map((name) => form.getAttribute(name));
  if (method === "get") {
    for (const [name, value] of [...fields]) if (!value) fields.delete(name);
    await go(fields.size ? `/?${fields}` : "/");
    return;
  }
  const draft = form.closest("[data-draft]");
  const shown = await load(action, { method: "POST", body: fields });
  if (!shown) return;
  problem.textContent = shown.page.getElementById("problem").textContent;
  problem.hidden = !problem.textContent;
  if (problem.textContent) {
    problem.scrollIntoView({ block: "nearest" });
    return;
  }
  if (draft) delete draft.dataset.dirty;
  form.reset();
  settle(form);
  said.textContent = [submitter?.dataset.done ?? "", ...shown.news].join(" ");
});

/** Leaves what somebody is writing as it is, and says how far the time would move. */
document.addEventListener("input", ({ target }) => {
  const draft = target.closest("[data-draft]");
  if (draft) draft.dataset.dirty = "";
  if ("travel" in target.dataset) settle(target.form);
});

/** Says to when the time would move. */
function settle(form) {
  const slider = form.querySelector("[data-travel]");
  if (!slider) return;
  const span = Number(slider.value);
  const at = new Date((Number(form.dataset.now) + span) * 1000).toISOString();
  const hours = Math.floor(span / 3600);
  const minutes = Math.floor((span % 3600) / 60);
  const parts = [hours && `${hours} h`, minutes && `${minutes} min`, !hours && span % 60 && `${span % 60} s`];
  const shown = `+${parts.filter(Boolean).join(" ") || "0 s"} → ${at.slice(5, 10)} ${at.slice(11, 16)}`;
  form.querySelector("output").textContent = shown;
  slider.setAttribute("aria-valuetext", shown);
}

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-copy]");
  if (!button) return;
  const text = button.parentElement.querySelector("code");
  try {
    await navigator.clipboard.writeText(text.textContent);
    button.textContent = "Copied";
    said.textContent = "Copied.";
  } catch {
    // Where pages may not write there, it is selected, and a key does the rest.
    getSelection().selectAllChildren(text);
    button.textContent = "Selected";
  }
  setTimeout(() => (button.textContent = "Copy"), 2000);
});

/** Shows what only a script can do. */
function equip() {
  for (const button of document.querySelectorAll("[data-copy][hidden]")) button.hidden = false;
}

live.addEventListener("click", () => {
  live.setAttribute("aria-pressed", String(live.getAttribute("aria-pressed") !== "true"));
  goOn();
});

document.addEventListener("visibilitychange", goOn);

function goOn() {
  if (isLive()) load(here());
  else clearTimeout(timer);
}

live.hidden = false;
equip();
wait();
