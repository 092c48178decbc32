// Shared by all components. Everything that people or platforms wrote reaches the page through el() only: textContent,
// never markup. Addresses become links only when they are http(s).
const BIDI = /[\u202A-\u202E\u2066-\u2069]/g;
const ADDRESS = /(https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]}])/g;

function plain(value) {
  return String(value).replace(BIDI, "");
}

function el(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined && text !== null) node.textContent = plain(text);
  return node;
}

function button(className, text, onClick, title) {
  const node = el("button", className, text);
  node.type = "button";
  if (title) node.title = plain(title);
  node.onclick = onClick;
  return node;
}

// Which button, link or title has the focus, by what it is called: a drawing anew gives it back to what stands for it.
function focusOf(root) {
  const held = root.querySelector(":focus");
  return held && { name: held.getAttribute("aria-label") || held.textContent, tag: held.tagName };
}

// `otherwise`: who gets it when nothing is called so any more.
function giveBack(root, held, otherwise) {
  if (!held) return;
  const same = [...root.querySelectorAll(held.tag)].find((one) => (one.getAttribute("aria-label") || one.textContent) === held.name);
  (same && !same.disabled ? same : otherwise && root.querySelector(otherwise))?.focus({ preventScroll: true });
}

// What is pressed opens a dialog of the page, which knows nothing of buttons within components: once it is closed the
// focus goes back to what was pressed, or to what stands for it by then.
function opensDialog(node) {
  const [root, called] = [node.getRootNode(), { name: node.getAttribute("aria-label") || node.textContent, tag: node.tagName }];
  let [seen, waits] = [false, 0];
  const look = () => {
    const open = document.querySelector("[role=dialog]");
    if (!open && seen) return document.activeElement === document.body && giveBack(root, called);
    seen ||= Boolean(open);
    if (seen || ++waits < 20) setTimeout(look, 150);
  };
  look();
}

function safeAddress(value) {
  try {
    const url = new URL(value);
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
  } catch {
    return null;
  }
}

function link(className, text, address) {
  const href = safeAddress(address);
  if (!href) return el("span", className, text);
  const node = el("a", className, text);
  node.href = href;
  node.target = "_blank";
  node.rel = "noopener noreferrer nofollow";
  node.referrerPolicy = "no-referrer";
  return node;
}

// Text of a customer, with its addresses as links; direction marks that could disguise it are taken out and told of.
function fillBody(node, text) {
  node.dir = "auto";
  String(text).split(ADDRESS).forEach((part, index) => {
    if (index % 2) node.append(link("", part, part));
    else if (part) node.append(document.createTextNode(plain(part)));
  });
  if (String(text).match(BIDI)) node.append(el("span", "removed", " (hidden direction marks removed)"));
}

const ICONS = {
  globe: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM3 12h18M12 3c2.5 2.6 3.8 5.6 3.8 9s-1.3 6.4-3.8 9c-2.5-2.6-3.8-5.6-3.8-9s1.3-6.4 3.8-9z",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  note: "M5 4h14v11l-5 5H5zM14 20v-5h5",
  heart: "M12 20s-7.5-4.7-7.5-10.2A4.3 4.3 0 0 1 12 7.2a4.3 4.3 0 0 1 7.5 2.6C19.5 15.3 12 20 12 20z",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9.3a2.7 2.7 0 1 0 0 5.4 2.7 2.7 0 0 0 0-5.4z",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  back: "M15 5l-7 7 7 7",
  forward: "M9 5l7 7-7 7",
  person: "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4.5 20c.8-3.8 3.7-5.5 7.5-5.5s6.7 1.7 7.5 5.5",
  clock: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5.2l3.4 2",
  reply: "M9 6l-5 5 5 5M4 11h9a7 7 0 0 1 7 7v1",
  check: "M4.5 12.5l5 5L20 7",
  warn: "M12 4l9 16H3zM12 10v4.5M12 17.3v.01",
  bell: "M6 16V11a6 6 0 0 1 12 0v5l1.5 2h-15zM10 20a2 2 0 0 0 4 0",
  picture: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9h.01",
  cross: "M6 6l12 12M18 6L6 18",
  down: "M12 4v11M7 10.5l5 5 5-5M5 20h14",
  up: "M12 19V6M6 12l6-6 6 6",
  bolt: "M13 3L5 14h6l-1 7 8-11h-6z",
  saved: "M6 4h12v16l-6-4-6 4z",
  take: "M10 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM2.5 20c.8-3.8 3.7-5.5 7.5-5.5 1.5 0 2.9.3 4 .8M18.5 14v6M15.5 17h6",
  give: "M10 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM2.5 20c.8-3.8 3.7-5.5 7.5-5.5 1.5 0 2.9.3 4 .8M15.5 17h6",
  handOver: "M15 6l5 5-5 5M20 11h-9a7 7 0 0 0-7 7v1",
  again: "M4.5 4.5v5h5M5 9.5A8 8 0 1 1 4 13",
  smile: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM8.5 14.2c.8 1.2 2 1.9 3.5 1.9s2.7-.7 3.5-1.9M9 9.6h.01M15 9.6h.01",
};

function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("icon");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

function withIcon(node, name) {
  node.prepend(icon(name));
  return node;
}

function labelChip(label) {
  const chip = el("span", "chip label");
  chip.append(el("span", "tag", label.name));
  chip.dir = "auto";
  const dot = el("i", "dot");
  dot.style.background = label.hex;
  dot.setAttribute("aria-hidden", "true");
  chip.prepend(dot);
  chip.title = plain("Label: " + label.name);
  return chip;
}

function span(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  if (s < 60) return s < 10 ? "now" : s + " s";
  const minutes = Math.floor(s / 60);
  if (minutes < 60) return minutes + " min";
  const hours = Math.floor(minutes / 60);
  if (hours < 10 && minutes % 60 >= 5) return hours + " h " + (minutes % 60) + " min";
  if (hours < 48) return hours + " h";
  return Math.floor(hours / 24) + " days";
}

function shortSpan(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  if (s < 60) return "now";
  if (s < 3600) return Math.floor(s / 60) + "m";
  if (s < 48 * 3600) return Math.floor(s / 3600) + "h";
  return Math.floor(s / 86400) + "d";
}

// The server's clock decides; `drift` is how far this browser's clock is ahead of it, in milliseconds.
function driftOf(data) {
  return data.now ? Date.now() - Date.parse(data.now) : 0;
}

function since(iso, drift) {
  return (Date.now() - drift - Date.parse(iso)) / 1000;
}

// How long until something is due, or since it was. `before`: how much of that lay before we knew of it.
function countdown(due, drift) {
  const left = -since(due.at, drift);
  const whole = (Date.parse(due.at) - Date.parse(due.since)) / 1000;
  const seen = due.seen ? (Date.parse(due.seen) - Date.parse(due.at)) / 1000 : 0;
  const before = left < 0 ? Math.max(0, Math.min(seen, -left)) : 0;
  return { left, before, tone: left < 0 ? "over" : left < Math.max(whole / 4, 300) ? "soon" : "" };
}

function dueWords(due, drift) {
  const { left, before } = countdown(due, drift);
  if (left >= 0) return due.what + " due in " + exact(left);
  const all = exact(-left);
  const part = exact(before) === all ? "all" : exact(before);
  return due.what + " breached by " + all + (before >= 60 ? ", " + part + " of it before we knew" : "");
}

// In one breath, for where there is little room: what dueTitle tells in full.
function dueBrief(due, drift) {
  const { left } = countdown(due, drift);
  return left >= 0 ? due.what + " due in " + exact(left) : due.what + " " + exact(-left) + " late";
}

function dueTitle(due, drift) {
  const late = due.seen ? (Date.parse(due.seen) - Date.parse(due.since)) / 1000 : 0;
  const known = late >= 60 ? ". We learned of it " + exact(late) + " after it was sent" : "";
  return dueWords(due, drift) + ", at " + moment(due.at) + known;
}

function exact(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  return s < 60 ? s + " s" : span(s);
}

function shortDue(due, drift) {
  const left = -since(due.at, drift);
  const s = Math.abs(left);
  return (s < 60 ? Math.floor(s) + "s" : shortSpan(s)) + (left >= 0 ? " left" : " late");
}

function moment(iso) {
  const then = new Date(iso);
  const today = new Date();
  const time = then.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  if (then.toDateString() === today.toDateString()) return time;
  const yesterday = new Date(today);
  yesterday.setDate(today.getDate() - 1);
  if (then.toDateString() === yesterday.toDateString()) return "yesterday " + time;
  const options = { day: "numeric", month: "short" };
  if (then.getFullYear() !== today.getFullYear()) options.year = "numeric";
  return then.toLocaleDateString([], options) + " " + time;
}

function time(iso, className) {
  const node = el("time", className || "when", moment(iso));
  node.dateTime = iso;
  node.title = new Date(iso).toLocaleString([], { dateStyle: "full", timeStyle: "medium" }) + " (" + utc(iso) + ")";
  return node;
}

function utc(iso) {
  return new Date(iso).toISOString().slice(0, 19).replace("T", " ") + " UTC";
}

// A sentence of the service tells moments in UTC; the page shows them by the reader's own clock, as all others.
const TOLD = /(\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)? UTC|\b\d?\d:\d\d UTC)/;

function fillTimes(node, text) {
  for (const part of plain(text).split(TOLD)) {
    if (!TOLD.test(part)) {
      if (part) node.append(document.createTextNode(part));
      continue;
    }
    const bare = part.slice(0, -4);
    const iso = bare.replace(" ", "T") + "Z";
    if (bare.length <= 5) node.append(daily(bare));
    else if (isNaN(Date.parse(iso))) node.append(document.createTextNode(part));
    else node.append(time(iso, "told"));
  }
  return node;
}

function daily(clock) {
  const [hours, minutes] = clock.split(":");
  const today = new Date();
  today.setUTCHours(Number(hours), Number(minutes), 0, 0);
  const node = el("time", "told", today.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }));
  node.title = clock + " UTC";
  return node;
}

function typing(event) {
  const target = event.composedPath()[0];
  return Boolean(target && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)));
}

function plainKey(event) {
  return !(event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing);
}

// Pickers lie within components, where the page cannot look; they leave a mark.
function dialogOpen() {
  return Boolean(document.documentElement.dataset.picker || document.querySelector("[role=dialog]"));
}

// A conversation was picked and is not drawn yet: what is typed now must not land in the one that is still shown.
function opening(id) {
  window.socialListenerOpening = id;
  document.dispatchEvent(new CustomEvent("social-listener-opening", { detail: id }));
}

// Says in the name of a pane what happened, from a script that is no pane itself; see panes.js.
function say(pane, event, value) {
  (window.socialListenerSaid ||= []).push([pane, event, value]);
  document.dispatchEvent(new CustomEvent("social-listener-say"));
}

// Lines of the open conversation that were said since somebody began to write; the thread marks them.
function markUnseen(id, keys) {
  const before = JSON.stringify(window.socialListenerUnseen || null);
  window.socialListenerUnseen = { id, keys };
  if (JSON.stringify(window.socialListenerUnseen) !== before) document.dispatchEvent(new CustomEvent("social-listener-unseen"));
}

// Somebody types, in the mode named; "": they have stopped. Colleagues are told that, never what.
function tellTyping(mode) {
  document.dispatchEvent(new CustomEvent("social-listener-typing", { detail: mode }));
}

// On a narrow screen one pane is shown at a time: list, conversation or details. The style sheet reads this.
function showPane(name) {
  document.documentElement.dataset.pane = name;
}
