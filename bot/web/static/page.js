// Makes the pages live. Nothing here is needed: without it every form is a form and every link a link.
"use strict";

const $ = (selector, within = document) => within.querySelector(selector);
const log = $("[data-log]");
const chat = $("[data-live]");

// ── small things ──

function piece(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html; // made by our own server, strangers' text escaped there; the policy runs no inline script
  return holder.content;
}

function localTimes(within) {
  const today = new Date().toDateString();
  for (const time of within.querySelectorAll("time[data-local]")) {
    const at = new Date(time.dateTime);
    const clock = at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    const day = at.toLocaleDateString([], { day: "numeric", month: "short" });
    time.title = at.toLocaleString();
    time.textContent = at.toDateString() === today ? clock : `${day}, ${clock}`;
  }
}

const atEnd = () => window.innerHeight + window.scrollY > document.documentElement.scrollHeight - 120;
const toEnd = () => window.scrollTo({ top: document.documentElement.scrollHeight });

// ── the log ──

let unread = 0;

function tellUnread(count) {
  unread = count;
  document.title = document.title.replace(/^\(\d+\) /, "");
  if (count) document.title = `(${count}) ${document.title}`;
  const pill = $("[data-unread]");
  if (pill) pill.hidden = !count || atEnd();
}

function append(html) {
  const follow = atEnd();
  const part = piece(html);
  const item = part.firstElementChild;
  if (item.id && document.getElementById(item.id)) return null;
  localTimes(part);
  log.append(part);
  if (follow) toEnd();
  return item;
}

function dismissible(item) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "dismiss";
  button.textContent = "Dismiss";
  button.addEventListener("click", () => { item.remove(); $("#words")?.focus(); });
  $(".who", item).append(" ", button);
}

// ── forms ──

function trouble(sentence) {
  const place = $("[data-trouble]");
  if (!place) return;
  place.textContent = sentence;
  place.hidden = !sentence;
}

const fresh = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (n) => n.toString(16).padStart(2, "0")).join("");

async function send(form, submitter) {
  const body = new URLSearchParams(new FormData(form));
  if (submitter?.name) body.set(submitter.name, submitter.value);
  const answer = await fetch(form.getAttribute("action").split("#")[0], { method: "POST", body, headers: { Accept: "application/json" } });
  return answer.json();
}

function take(answer, form) {
  if (answer.wrong) return trouble(answer.wrong);
  trouble("");
  if (answer.go) return location.assign(answer.go);
  const old = form.closest("[data-whisper]");
  if (old && answer.whisper) {
    const focused = old.contains(document.activeElement);
    old.remove();
    if (focused) $("#words")?.focus({ preventScroll: true });
  }
  if (answer.said) append(answer.said);
  if (answer.whisper) dismissible(append(answer.whisper));
  if (form.matches("[data-composer]")) sent(form);
  toEnd();
}

async function submit(event) {
  const form = event.target;
  if (!form.matches("[data-send]") || !log) return;
  event.preventDefault();
  if (form.getAttribute("aria-busy")) return;
  form.setAttribute("aria-busy", "true");
  try {
    take(await send(form, event.submitter), form);
  } catch {
    trouble("The bot cannot be reached, so this was not sent. It is still in the box; try again in a moment.");
  } finally {
    form.removeAttribute("aria-busy");
  }
}

// ── the box ──

const box = $("#words");
const past = [];
let back = 0;

function put(text) {
  box.value = text;
  box.dispatchEvent(new Event("input"));
  box.focus();
  box.setSelectionRange(text.length, text.length);
}

function sent(form) {
  past.push(box.value);
  back = past.length;
  form.elements.nonce.value = fresh();
  box.value = "";
  box.focus({ preventScroll: true });
}

function key(event) {
  if (event.isComposing) return;
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    if (box.value.trim()) box.form.requestSubmit();
  } else if (event.key === "ArrowUp" && back > 0 && (box.value === "" || box.value === past[back])) {
    event.preventDefault();
    put(past[--back]);
  } else if (event.key === "ArrowDown" && box.value === past[back]) {
    event.preventDefault();
    put(past[++back] ?? "");
  }
}

function fill(event) {
  const link = event.target.closest?.("[data-fill]");
  if (!link || !box) return;
  event.preventDefault();
  put(link.dataset.fill);
}

// ── news ──

let stream = null;
let again = 0;
let last = Number(chat?.dataset.after ?? 0);
let turn = Number(chat?.dataset.turn ?? 0);
// A browser opens six connections a host at most: tabs in the background give theirs up for the one being read.
const tabs = chat && "BroadcastChannel" in window ? new BroadcastChannel("paper-round") : null;

function status(text) {
  const place = $("[data-status]");
  if (place && place.textContent !== text) place.textContent = text;
  place?.classList.toggle("on", text === "Live");
}

function heard(event) {
  const { id, html } = JSON.parse(event.data);
  last = Math.max(last, id);
  const away = document.hidden || !atEnd();
  if (append(html) && away) tellUnread(unread + 1);
}

function rewritten(event) {
  const news = JSON.parse(event.data);
  turn = Math.max(turn, news.turn);
  const old = document.getElementById(`m${news.id}`);
  if (!old || old.contains(document.activeElement) && old.querySelector("select:focus, [open]")) return;
  const part = piece(news.html);
  const count = $(".count", old);
  if (count) $(".actions .button", part)?.append(" ", count);
  localTimes(part);
  const focused = old.contains(document.activeElement) ? document.activeElement.value : null;
  part.firstElementChild.classList.add("still");
  old.replaceWith(part);
  if (focused) document.querySelector(`#m${news.id} button[value="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

function listen() {
  if (!chat || (stream && stream.readyState !== EventSource.CLOSED)) return;
  clearTimeout(again);
  stream = new EventSource(`${chat.dataset.live}?after=${last}&turn=${turn}`);
  stream.onopen = () => status("Live");
  stream.onerror = () => {
    status("Reconnecting…");
    if (stream?.readyState === EventSource.CLOSED) again = setTimeout(listen, 4000);
  };
  stream.addEventListener("message", heard);
  stream.addEventListener("rewritten", rewritten);
  stream.addEventListener("rules", (event) => {
    const place = $("#rules");
    const part = piece(JSON.parse(event.data).html);
    if (!place || place.outerHTML === part.firstElementChild.outerHTML) return;
    place.replaceWith(part);
    if (!box?.value) $(".welcome")?.remove(); // it has done its work
  });
}

function hush() {
  clearTimeout(again);
  stream?.close();
  stream = null;
}

function seen() {
  if (document.hidden) return;
  tabs?.postMessage("reading");
  listen();
  if (atEnd()) tellUnread(0);
}

// ── the reader's own time zone ──

for (const place of document.querySelectorAll("[data-zone]")) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && place.value === place.defaultValue && place.value === "UTC") place.value = zone;
}

// ── begin ──

localTimes(document);
$(".days [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
document.addEventListener("submit", submit);
document.addEventListener("click", fill);
if (box) box.addEventListener("keydown", key);
for (const whisper of document.querySelectorAll("[data-whisper]")) dismissible(whisper);
if (chat) {
  tabs?.addEventListener("message", () => document.hidden && hush());
  document.addEventListener("visibilitychange", seen);
  window.addEventListener("pageshow", seen);
  window.addEventListener("pagehide", hush);
  window.addEventListener("scroll", () => unread && atEnd() && tellUnread(0), { passive: true });
  $("[data-unread] button")?.addEventListener("click", () => { toEnd(); tellUnread(0); });
  if ((!location.hash || location.hash === "#say") && log.children.length) toEnd(); // a new thread is read from its top
  if (box && matchMedia("(hover: hover)").matches) put(box.value);
  seen();
}

// ── the rule workshop: the answer follows what is typed ──

const workshop = $("[data-workshop]");
if (workshop) {
  const place = $("[data-trial]", workshop);
  const rule = $("#q", workshop);
  let asked = rule.value.trim();
  let turn = 0;
  let timer = 0;

  const ask = async () => {
    const typed = rule.value.trim();
    if (typed === asked) return;
    asked = typed;
    const mine = ++turn;
    const address = typed ? `/workshop?q=${encodeURIComponent(typed)}` : "/workshop";
    place.setAttribute("aria-busy", "true");
    try {
      const answer = await (await fetch(address, { headers: { Accept: "application/json" } })).json();
      if (mine !== turn) return;
      if (answer.wrong) { $("[data-told]").textContent = answer.wrong; return; }
      place.replaceChildren(piece(answer.trial));
      localTimes(place);
      const wrong = $(".caret p", place);
      if (wrong) rule.setAttribute("aria-invalid", "true"); else rule.removeAttribute("aria-invalid");
      $("[data-told]").textContent = (wrong || $("[data-sum]", place))?.textContent || "";
      history.replaceState(null, "", address);
    } catch {
      $("[data-told]").textContent = "The bot cannot be reached.";
    } finally {
      if (mine === turn) place.removeAttribute("aria-busy");
    }
  };

  rule.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 350); });
  $("form", workshop).addEventListener("submit", (event) => { event.preventDefault(); clearTimeout(timer); ask(); });
}
