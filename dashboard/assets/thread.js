// The conversation: context, what was said, notes, and our replies on their way.
const LOGS = new WeakMap();

function headLine(line, name) {
  const head = el("header");
  const who = el("b", "", name || line.name);
  who.dir = "auto";
  head.append(who);
  if (line.handle) head.append(el("span", "handle", "@" + line.handle));
  if (line.words) head.append(el("span", "words", line.words));
  head.append(time(line.at));
  return head;
}

function drawItem(line, act) {
  const bubble = el("div", "bubble");
  bubble.append(headLine(line));
  if (line.deleted) bubble.append(el("p", "gone-text", line.deleted));
  else if (line.text) {
    const text = el("p", "text");
    fillBody(text, line.text);
    bubble.append(text);
  } else bubble.append(el("p", "gone-text", "(no words)"));
  if (line.attachments.length) bubble.append(drawAttachments(line.attachments));
  if (line.marks.length) {
    const marks = el("div", "marks");
    for (const mark of line.marks) {
      const chip = el("span", "chip " + mark.tone, mark.text);
      if (mark.icon) withIcon(chip, mark.icon);
      if (mark.title) chip.title = plain(mark.title);
      marks.append(chip);
    }
    bubble.append(marks);
  }
  if (line.versions.length) {
    const box = el("details", "versions");
    box.append(el("summary", "", "Edited – show the earlier wording"));
    for (const version of line.versions) {
      const old = el("div", "old");
      fillBody(old, version.text || "(removed)");
      box.append(time(version.at), old);
    }
    bubble.append(box);
  }
  const foot = el("div", "foot");
  if (line.canFocus) {
    const answer = withIcon(button("", "Answer this", () => act("focus", line.item)), "reply");
    answer.dataset.answer = "1";
    foot.append(answer);
  }
  for (const verb of line.verbs) {
    const node = withIcon(button("", verb.label, () => act("do", { item: line.item, verb: verb.verb }), verb.because), verb.icon);
    node.disabled = !verb.ok;
    // H hides what is answered, T likes it, or takes that back; of two such items none would be meant.
    if (line.tone.includes("focus")) node.dataset.key = { hide: "h", unhide: "h", like: "t", unlike: "t" }[verb.verb] || "";
    foot.append(node);
  }
  if (line.url) foot.append(link("", "Open on " + line.channel + " ↗", line.url));
  if (line.canMenu) {
    const more = withIcon(button("menu-button", "", () => act("menu", line.menu ? "" : line.item), "What else can be done"), "more");
    more.setAttribute("aria-label", "What else can be done");
    more.setAttribute("aria-expanded", String(Boolean(line.menu)));
    foot.append(more);
  }
  const parts = [bubble, foot];
  if (line.menu) parts.push(drawMenu(line, act));
  return parts;
}

function drawMenu(line, act) {
  const menu = el("div", "menu");
  menu.tabIndex = -1;
  for (const verb of line.menu) {
    const node = button("", verb.label, () => act("do", { item: line.item, verb: verb.verb }));
    node.disabled = !verb.ok;
    if (verb.because) node.append(el("small", "", verb.because));
    menu.append(node);
  }
  if (!line.menu.length) menu.append(el("span", "quiet", "Nothing can be done to this one."));
  menu.onkeydown = (event) => menuKey(event, menu, () => act("menu", ""));
  return menu;
}

// Arrows walk through an open menu, Esc closes it.
function menuKey(event, menu, close) {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const all = [...menu.querySelectorAll("button:not(:disabled)")];
  const at = all.indexOf(menu.getRootNode().activeElement);
  if (by && all.length) all[(at + by + all.length) % all.length].focus();
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

// What had the focus is drawn anew: the same button has it again, else the first one there.
function keepingFocus(node, draw) {
  const active = node.getRootNode().activeElement;
  const held = active && node.contains(active) ? active.textContent : null;
  const fallback = held !== null && active.closest(".menu") ? ".menu-button" : "button:not(:disabled), a, summary";
  draw();
  if (held === null) return;
  const same = [...node.querySelectorAll("button:not(:disabled), a, summary")].find((one) => one.textContent === held);
  (same || node.querySelector(fallback))?.focus({ preventScroll: true });
}

function drawNote(line) {
  const bubble = el("div", "bubble");
  bubble.append(headLine(line));
  const text = el("p", "text");
  fillBody(text, line.text);
  bubble.append(text);
  return [bubble];
}

function drawLink(line, act) {
  const row = el("div", "bridge");
  const words = el("span", "told", line.words);
  withIcon(words, line.icon);
  row.append(words, time(line.at));
  if (line.text) {
    const text = el("p", "text");
    fillBody(text, line.text);
    row.append(text);
  }
  if (line.go) row.append(button("plain-button", line.label, () => act("go", line.go)));
  return [row];
}

function drawReply(line, act, drift) {
  const bubble = el("div", "bubble");
  bubble.append(headLine(line));
  const text = el("p", "text");
  fillBody(text, line.text);
  bubble.append(text);
  const row = el("div", "row");
  row.append(el("span", "state", line.state));
  if (line.alone) row.append(button("plain-button", "Send it all the same", () => act("alone", line.intent)));
  if (line.undo) row.append(button("plain-button undo", "Undo", (event) => {
    event.target.disabled = true;
    act("undo", line.intent);
  }));
  if (line.health) {
    const away = link("link-button", "Decide on the Health page", location.origin + "/health");
    away.target = "_self";
    row.append(away);
  }
  bubble.append(row);
  if (line.reason) bubble.append(el("p", "text", line.reason));
  if (line.todo) bubble.append(el("p", "gone-text", line.todo));
  if (line.until) {
    const bar = el("div", "bar");
    const fill = el("i");
    bar.append(fill);
    bubble.append(bar);
    const state = row.firstChild;
    const start = Date.parse(line.at);
    const end = Date.parse(line.until);
    const paint = () => {
      const now = Date.now() - drift;
      const left = Math.ceil((end - now) / 1000);
      fill.style.width = Math.max(0, Math.min(100, (100 * (end - now)) / Math.max(1, end - start))) + "%";
      const words = left > 0 ? line.state + " in " + left + " s" : "Sending now";
      if (state.textContent !== words) state.textContent = words;
      const undo = row.querySelector(".undo");
      if (undo && left <= 0) undo.remove();
      return left > 0;
    };
    bubble.paint = paint;
    paint();
  }
  return [bubble];
}

function drawProposal(line, act, data) {
  const bubble = el("div", "bubble");
  bubble.append(headLine(line), el("p", "state", line.state));
  const text = el("p", "text");
  fillBody(text, line.text);
  bubble.append(text);
  if (line.reason) bubble.append(el("p", "text reason", line.reason));
  if (line.stale) bubble.append(el("p", "stale", line.stale));
  if (line.until) bubble.append(el("p", "gone-text", "It can be sent until " + moment(line.until) + "."));
  if (line.todo) bubble.append(el("p", "gone-text", line.todo));
  const row = el("div", "row");
  for (const one of line.acts) {
    const node = button("plain-button" + (one.strong ? " strong" : ""), one.label, () => {
      act("decide", { proposal: line.proposal, version: line.version, seen: data().version, do: one.do });
    });
    if (one.key) {
      node.dataset.key = one.press;
      node.append(el("kbd", "", one.key));
    }
    row.append(node);
  }
  if (line.acts.length) bubble.append(row);
  return [bubble];
}

function drawEmpty(data, act) {
  const node = el("div", "empty");
  const glyph = el("div", "glyph");
  glyph.append(icon(data.empty.icon));
  node.append(glyph, el("b", "", data.empty.title), el("p", "", data.empty.text));
  if (data.empty.keys) {
    const keys = el("p");
    for (const [key, words] of data.empty.keys) keys.append(el("kbd", "", key), " " + words + "   ");
    node.append(keys);
  }
  if (data.back) node.append(withIcon(button("plain-button to-list", "Back to the list", () => act("back", Date.now())), "back"));
  return node;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  let state = LOGS.get(root);
  if (!state) {
    state = {};
    LOGS.set(root, state);
    state.log = el("div", "log");
    const log = state.log;
    state.log.tabIndex = 0;
    state.log.setAttribute("role", "log");
    state.log.setAttribute("aria-label", "Conversation");
    state.log.setAttribute("aria-live", "polite");
    state.jump = button("jump", "New below", () => state.log.scrollTo({ top: state.log.scrollHeight, behavior: "smooth" }));
    state.jump.hidden = true;
    state.log.onscroll = () => {
      state.pinned = state.atEnd();
      if (state.pinned) state.jump.hidden = true;
    };
    // The composer grows and shrinks below; who reads the end goes on reading the end.
    state.sizes = new ResizeObserver(() => { if (state.pinned) log.scrollTop = log.scrollHeight; });
    state.sizes.observe(state.log);
    state.atEnd = () => state.log.scrollHeight - state.log.scrollTop - state.log.clientHeight < 48;
    state.offer = (words) => {
      state.jump.textContent = words;
      state.jump.hidden = false;
    };
    // A conversation opens at its end, unless what is answered stands further up: nobody may answer what they do not see.
    state.begin = () => {
      log.scrollTop = log.scrollHeight;
      const focus = log.querySelector(".focus");
      const above = focus ? focus.getBoundingClientRect().top - log.getBoundingClientRect().top : 0;
      if (above >= 0) return;
      log.scrollTop += above - 12;
      state.pinned = state.atEnd();
      if (!state.pinned) state.offer("More below");
    };
    root.append(state.log, state.jump);
    // What was said since somebody began to write, as the composer tells it.
    state.markUnseen = () => {
      const news = window.socialListenerUnseen;
      const keys = new Set(news && news.id === state.id ? news.keys : []);
      for (const node of log.children) {
        const marked = node.querySelector(":scope > .unseen");
        if (keys.has(node.dataset.key) && !marked) node.prepend(el("p", "unseen", "New since you began to write"));
        else if (marked && !keys.has(node.dataset.key)) marked.remove();
      }
    };
    document.addEventListener("social-listener-unseen", state.markUnseen);
    state.onOpening = (event) => {
      state.opening = event.detail;
      state.early = "";
    };
    document.addEventListener("social-listener-opening", state.onOpening);
    state.onKey = (event) => {
      if (!plainKey(event) || event.repeat || typing(event) || dialogOpen()) return;
      if (state.opening && state.opening !== state.id) { // another conversation was picked and is not here yet
        if (event.key === "h") state.early = "h"; // what cannot be taken back (Y) does not wait: it is pressed again
        return;
      }
      const run = { u: () => state.answer(true), U: () => state.answer(false), o: () => state.ours() }[event.key];
      const wanted = run || !event.key ? null : log.querySelector(`button[data-key="${CSS.escape(event.key)}"]`);
      if (!run && !wanted) return;
      event.preventDefault();
      if (run) run();
      else wanted.click();
    };
    // Which message is answered: the next one above, or below, what is answered now.
    state.answer = (up) => {
      const all = [...log.children];
      const at = all.findIndex((node) => node.classList.contains("focus"));
      const others = all.filter((node, place) => node.querySelector("[data-answer]") && (up ? place < at : place > at));
      others.at(up ? -1 : 0)?.querySelector("[data-answer]").click();
    };
    // What can be done with the last that we said.
    state.ours = () => [...log.querySelectorAll(".said.ours .menu-button")].at(-1)?.click();

    document.addEventListener("keydown", state.onKey);
    state.timer = setInterval(() => {
      for (const bubble of state.log.querySelectorAll(".bubble")) if (bubble.paint) bubble.paint();
    }, 250);
  }
  const log = state.log;
  state.act = (name, value) => setTriggerValue(name, value);
  const act = (name, value) => state.act(name, value);
  const drift = driftOf(data);
  if (state.id !== data.id) {
    log.replaceChildren();
    state.jump.hidden = true;
  }
  const fresh = state.id !== data.id;
  const stuck = fresh || state.atEnd();
  state.id = data.id;
  state.data = data;

  if (!data.lines.length && data.empty) {
    showPane(data.problem ? "conversation" : "list");
    log.replaceChildren(...(data.problem ? [el("div", "problem", data.problem)] : []), drawEmpty(data, act));
    return state.end;
  }
  const known = new Map([...log.children].map((node) => [node.dataset.key, node]));
  let before = null;
  let arrived = false;
  let redrawn = false;
  const lines = data.problem ? [{ key: "problem", type: "problem", text: data.problem }, ...data.lines] : data.lines;
  for (const line of lines) {
    let node = known.get(line.key);
    if (!node) {
      node = el("article");
      node.dataset.key = line.key;
      arrived = true;
    }
    known.delete(line.key);
    const drawn = JSON.stringify(line);
    if (node.dataset.drawn !== drawn) {
      const open = node.querySelector("details")?.open;
      redrawn = true;
      node.dataset.drawn = drawn;
      node.className = line.type === "problem" ? "problem" : "said " + line.tone;
      const parts = {
        note: () => drawNote(line),
        proposal: () => drawProposal(line, act, () => state.data),
        link: () => drawLink(line, act),
        reply: () => drawReply(line, act, drift),
        item: () => drawItem(line, act),
      }[line.type];
      if (parts) keepingFocus(node, () => node.replaceChildren(...parts()));
      else node.textContent = line.text;
      const box = node.querySelector("details");
      if (box && open) box.open = true;
    }
    const place = before ? before.nextSibling : log.firstChild;
    if (place !== node) log.insertBefore(node, place);
    before = node;
  }
  known.forEach((node) => node.remove());
  if (state.early && state.opening === state.id) {
    log.querySelector(`button[data-key="${state.early}"]`)?.click();
    state.early = "";
  }
  if (data.menu && data.menu !== state.menu) {
    const menu = log.querySelector(".menu");
    menu?.scrollIntoView({ block: "nearest" });
    (menu?.querySelector("button:not(:disabled)") || menu)?.focus({ preventScroll: true });
  }
  state.menu = data.menu;
  const focus = log.querySelector(".focus");
  if (!fresh && focus && state.focus && state.focus !== focus.dataset.key) focus.scrollIntoView({ block: "nearest" });
  state.focus = focus?.dataset.key;
  state.markUnseen();
  // Opened at one line, such as the note in which somebody was named.
  const asked = data.atLine?.key && data.atLine.asked !== state.asked ? data.atLine.key : "";
  state.asked = data.atLine?.asked;
  const wanted = asked && [...log.children].find((node) => node.dataset.key === asked);
  if (wanted) {
    state.pinned = false;
    requestAnimationFrame(() => {
      wanted.scrollIntoView({ block: "center" });
      wanted.classList.add("asked");
      setTimeout(() => wanted.classList.remove("asked"), 4000);
    });
  } else if (fresh) {
    state.pinned = true;
    requestAnimationFrame(() => state.begin());
  } else if (redrawn && stuck) {
    requestAnimationFrame(() => { log.scrollTop = log.scrollHeight; });
  } else if (arrived) state.offer("New below");

  state.end = () => {
    clearInterval(state.timer);
    state.sizes.disconnect();
    document.removeEventListener("social-listener-unseen", state.markUnseen);
    document.removeEventListener("keydown", state.onKey);
    document.removeEventListener("social-listener-opening", state.onOpening);
    LOGS.delete(root);
  };
  return state.end;
}
