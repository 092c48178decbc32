// The queue: one listbox. Rows on the screen keep their places; new arrivals are announced, not inserted.
const LISTS = new WeakMap();
const HEARD_WITHIN = 8000;

function drawRow(node, row, drift) {
  const score = el("div", "score " + row.tone, row.priority);
  score.title = "Priority " + row.priority + " of 100; click to select";
  const text = el("div");
  text.style.minWidth = 0;
  const top = el("div", "top");
  const name = el("span", "name", row.name);
  if (row.named) fillMarked(name, row.named);
  name.dir = "auto";
  const who = el("span", "who");
  who.append(name, el("span", "handle", row.handle ? "@" + row.handle : ""));
  top.append(who);
  const wait = el("span", "wait");
  wait.due = row.due;
  wait.dataset.since = row.waiting || row.last;
  if (!row.waiting) wait.dataset.rest = "1";
  top.append(wait);
  const excerpt = el("div", "excerpt", row.excerpt);
  if (row.found) fillMarked(excerpt, [{ text: row.by, mark: false }, ...row.found]);
  excerpt.dir = "auto";
  text.append(top, excerpt);
  if (row.reasons.length) {
    const reasons = el("div", "reasons", row.reasons.join(" · "));
    reasons.title = plain(row.reasons.join("\n"));
    text.append(reasons);
  }
  const marks = el("div", "marks");
  for (const mark of row.marks) {
    const chip = el("span", "chip " + mark.tone, mark.text);
    if (mark.icon) withIcon(chip, mark.icon);
    marks.append(chip);
  }
  for (const label of row.labels || []) marks.append(labelChip(label));
  text.append(marks);
  node.replaceChildren(el("span", "sr", "Priority " + row.priority + ". "), score, text);
  node.firstChild.style.gridColumn = 1;
  node.classList.toggle("gone", Boolean(row.gone));
  paintAge(wait, drift);
}

function paintAge(node, drift) {
  const seconds = since(node.dataset.since, drift);
  const heard = node.dataset.rest ? "Last heard of " + span(seconds) + " ago" : "Waiting for " + span(seconds);
  const words = node.due ? shortDue(node.due, drift) : shortSpan(seconds);
  const tone = node.due ? countdown(node.due, drift).tone : "";
  if (node.dataset.words === words + tone) return;
  node.dataset.words = words + tone;
  node.className = "wait " + tone;
  node.replaceChildren(words);
  if (node.due || !node.dataset.rest) node.prepend(icon("clock"));
  node.title = node.due ? dueTitle(node.due, drift) + ". " + heard : heard;
}

// Opens the filters, and goes to the first of them, which is drawn a moment later.
function toFilters() {
  const first = () => document.querySelector(".st-key-filter_fields input");
  if (!first()) document.querySelector(".st-key-filters button")?.click();
  const end = Date.now() + 2000;
  const go = () => {
    if (first()) first().focus();
    else if (Date.now() < end) requestAnimationFrame(go);
  };
  go();
}

function emptyState(data, show) {
  const node = el("div", "empty");
  const glyph = el("div", "glyph");
  glyph.append(icon(data.empty.icon));
  node.append(glyph, el("b", "", data.empty.title), el("span", "", data.empty.text));
  const ways = el("div", "ways");
  for (const one of (data.told && data.told.elsewhere) || [])
    ways.append(button("plain-button", "Look in " + one.text, () => show(one.view)));
  if (ways.children.length) node.append(ways);
  return node;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  let state = LISTS.get(root);
  document.dispatchEvent(new CustomEvent("social-listener-figures", { detail: data.views }));
  if (!state) {
    state = { timer: 0, chosen: null };
    LISTS.set(root, state);
    state.problem = el("div", "problem");
    state.problem.setAttribute("role", "status");
    state.problem.hidden = true;
    state.news = button("news", "");
    state.list = el("ul", "list");
    state.list.tabIndex = 0;
    state.list.setAttribute("role", "listbox");
    state.list.setAttribute("aria-label", "Conversations, the most pressing first");
    state.more = button("more", "");
    state.scroller = el("div", "scroller");
    state.scroller.append(state.list, state.more);
    state.hint = el("div");
    state.hint.style.display = "contents";
    state.foot = el("div", "foot");
    state.told = el("div", "told");
    state.told.setAttribute("role", "status");
    root.append(state.problem, state.told, state.news, state.scroller, state.hint, state.foot);
    state.ages = setInterval(() => {
      for (const node of state.list.querySelectorAll(".wait")) paintAge(node, state.drift);
    }, 1000);
    state.onKey = (event) => {
      if (!plainKey(event) || typing(event) || dialogOpen()) return;
      if (event.key === "j" || event.key === "k") {
        event.preventDefault();
        state.step(event.key === "j" ? 1 : -1);
      } else if (event.key === "x" || event.key === "X") {
        event.preventDefault();
        state.select(state.chosen || state.rows()[0], event.shiftKey);
      } else if (event.key === "Escape") clearSelection();
      else if (event.key === "?") {
        event.preventDefault();
        state.ask("help", Date.now());
      } else if (event.key === ".") {
        event.preventDefault();
        state.news.onclick?.();
      } else if (event.key === "F") {
        event.preventDefault();
        toFilters();
      } else if (event.key === "/") {
        const search = document.querySelector(".st-key-search input");
        if (search) {
          event.preventDefault();
          search.focus();
          search.select();
        }
      }
    };
    document.addEventListener("keydown", state.onKey);
    state.rows = () => [...state.list.querySelectorAll(".row")].map((node) => node.dataset.id);
    state.select = (id, range) => id && toggleSelected(id, state.rows(), range);
    state.paintSelection = () => {
      const any = selectionSize() > 0;
      for (const node of state.list.querySelectorAll(".row")) {
        const on = isSelected(node.dataset.id);
        node.classList.toggle("picked", on);
        if (any) node.setAttribute("aria-checked", String(on));
        else node.removeAttribute("aria-checked");
      }
    };
    document.addEventListener("social-listener-selection", state.paintSelection);
  }
  state.ask = setTriggerValue;
  state.drift = driftOf(data);
  // Drawn before the service has heard of the last pick, the list must not go back to the one before.
  const unheard = state.pickedAt > data.picked && Date.now() - state.pickedAt < HEARD_WITHIN;
  if (!state.timer && !unheard) state.chosen = data.chosen;

  state.problem.hidden = !data.problem;
  state.problem.textContent = data.problem || "";

  const known = new Map([...state.list.querySelectorAll(".row")].map((node) => [node.dataset.id, node]));
  let before = null;
  for (const row of data.rows) {
    let node = known.get(row.id);
    if (!node) {
      node = el("li", "row");
      node.setAttribute("role", "option");
      node.dataset.id = row.id;
      node.id = "row-" + row.id.replace(/[^A-Za-z0-9_-]/g, "-");
    }
    known.delete(row.id);
    const drawn = JSON.stringify(row);
    if (node.dataset.drawn !== drawn) {
      node.dataset.drawn = drawn;
      drawRow(node, row, state.drift);
    }
    const place = before ? before.nextSibling : state.list.firstChild;
    if (place !== node) state.list.insertBefore(node, place);
    before = node;
  }
  known.forEach((node) => node.remove());
  const show = (view) => setTriggerValue("view", view);
  drawTold(state.told, data.told, show);
  selectionShown(data.filter, data.total);
  state.paintSelection();
  state.more.hidden = !data.more;
  state.more.textContent = data.more || "";
  state.more.onclick = () => setTriggerValue("more", Date.now());
  state.scroller.hidden = !data.rows.length;
  state.hint.replaceChildren(...(data.rows.length ? [] : [emptyState(data, show)]));

  state.news.classList.toggle("on", data.news > 0);
  if (data.news > 0) state.news.replaceChildren(icon("up"), data.news.toLocaleString("en") + " new – show", el("kbd", "", "."));
  state.news.onclick = data.news > 0 && (() => {
    state.scroller.scrollTop = 0;
    setTriggerValue("show", Date.now());
  });
  const total = el("span", "", data.count);
  const health = fillTimes(link(data.health.ok ? "" : "bad", "", location.origin + "/health"), data.health.text);
  if (health.tagName === "A") health.target = "_self";
  state.foot.replaceChildren(total, health);

  const paint = (scroll) => {
    for (const node of state.list.querySelectorAll(".row")) {
      const on = node.dataset.id === state.chosen;
      node.setAttribute("aria-selected", String(on));
      if (on) {
        state.list.setAttribute("aria-activedescendant", node.id);
        if (scroll) node.scrollIntoView({ block: "nearest" });
      }
    }
  };
  paint(!state.painted);
  state.painted = true;

  const pick = (id, delay) => {
    if (!id || (id === state.chosen && !state.timer && delay)) return;
    const picked = Date.now();
    state.pickedAt = picked;
    state.chosen = id;
    paint(true);
    clearTimeout(state.timer);
    opening(id);
    state.timer = setTimeout(() => {
      state.timer = 0;
      window.socialListenerPicked = window.socialListenerPage && id;
      say("queue", "pick", { id, at: picked, page: window.socialListenerPage });
    }, delay);
  };
  state.step = (by) => {
    const rows = [...state.list.querySelectorAll(".row")];
    const at = rows.findIndex((node) => node.dataset.id === state.chosen);
    const next = Math.max(0, Math.min(rows.length - 1, at < 0 ? 0 : at + by));
    if (rows[next] && next !== at) pick(rows[next].dataset.id, 140);
    else if (by > 0 && rows[next] && !state.more.hidden) state.more.onclick();
  };
  state.list.onclick = (event) => {
    const row = event.target.closest(".row");
    if (!row) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.target.closest(".score")) {
      state.select(row.dataset.id, event.shiftKey);
      return;
    }
    showPane("conversation");
    pick(row.dataset.id, 0);
  };
  state.list.onkeydown = (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 6, PageUp: -6, Home: -1e6, End: 1e6 }[event.key];
    if (by) {
      event.preventDefault();
      state.step(by);
    } else if (event.key === "Enter" && state.chosen) {
      showPane("conversation");
      pick(state.chosen, 0);
    }
  };
  return () => {
    clearInterval(state.ages);
    clearTimeout(state.timer);
    document.removeEventListener("keydown", state.onKey);
    document.removeEventListener("social-listener-selection", state.paintSelection);
    LISTS.delete(root);
  };
}
