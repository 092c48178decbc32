// What goes on and what was; one spike from close by. Drawn in place every few seconds: nothing moves under the eye. A
// row keeps its place while it is shown; what is no longer among the first gives its place to what came instead.
const SPIKES = new WeakMap();
const NOTE = "social-listener-spike-note:";

function put(node, text) {
  const words = plain(text);
  if (node.textContent !== words) node.textContent = words;
}

// Draws anew only what differs.
function fresh(node, data, fill) {
  const drawn = JSON.stringify(data);
  if (node.dataset.drawn === drawn) return;
  node.dataset.drawn = drawn;
  fill();
}

// Rows by key; those that stay, stay where they are, and new ones take the places of those that went.
function steady(parent, wanted, make, fill) {
  const known = new Map([...parent.children].map((node) => [node.dataset.key, node]));
  const keys = new Set(wanted.map((item) => item.key));
  const free = [...parent.children].filter((node) => !keys.has(node.dataset.key));
  for (const item of wanted) {
    let node = known.get(item.key);
    if (!node) {
      node = make(item);
      node.dataset.key = item.key;
      const old = free.shift();
      if (old) old.replaceWith(node);
      else parent.append(node);
    }
    fresh(node, item, () => fill(node, item));
  }
  free.forEach((node) => node.remove());
}

// -- the list ---------------------------------------------------------------------------------------------------------

// The link stays the same: it may have the focus, and what stands beside it changes with every minute.
function fillCard(node, card, act) {
  const head = el("header");
  head.append(el("span", "chip " + card.tone, card.label), el("span", "quiet", card.account), time(card.since));
  head.append(el("span", "quiet", (card.until ? "for " : "going on for ") + card.lasted));
  const foot = el("p", "quiet shape", card.shape);
  if (card.known) foot.append(" · ", withIcon(el("span", "known", card.known), "check"));
  node.className = "card " + card.tone;
  if (!node.firstChild) node.append(el("header"), el("a", "way"), el("p"));
  const way = node.querySelector("a.way");
  put(way, card.words);
  if (card.url.startsWith("/spikes?")) way.href = new URL(card.url, location.origin).href;
  way.target = "_self";
  way.onclick = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    act("open", card.key);
  };
  node.firstChild.replaceWith(head);
  node.lastChild.replaceWith(foot);
}

function fillWatched(node, one) {
  node.replaceChildren(el("b", "", one.name));
  if (one.since) node.append(el("span", "quiet", "since "), time(one.since));
  else node.append(el("span", "quiet", "not read to the end yet"));
  node.append(el("span", "stands", one.stands));
  if (one.bad) node.append(el("span", "chip amber", one.bad));
}

class List {
  constructor(root) {
    this.node = el("div", "list");
    this.head = el("div", "banner");
    this.head.setAttribute("role", "status");
    this.sentence = el("h1");
    this.looked = el("p", "quiet");
    const text = el("div");
    text.append(this.sentence, this.looked);
    this.mark = el("span", "mark");
    this.head.append(this.mark, text);
    this.current = el("div", "cards");
    this.watched = el("ul", "watched");
    this.past = el("div", "cards");
    this.lead = el("p", "quiet");
    this.none = el("p", "none");
    const way = el("a", "plain-button", "Words that rise");
    way.href = new URL("/spikes?view=words", location.origin).href;
    way.target = "_self";
    const top = el("div", "top");
    top.append(this.head, way);
    this.node.append(
      top, this.current, part("What was", this.lead, this.past, this.none), part("What is watched", this.watched),
    );
    root.append(this.node);
  }

  update(data, act) {
    this.node.hidden = !data;
    if (!data) return;
    // Green is for what is known to be as usual, not for what nobody can tell.
    const tone = !data.calm ? "bad" : data.sure ? "good" : "unsure";
    fresh(this.mark, tone, () => this.mark.replaceChildren(icon({ good: "check", bad: "warn", unsure: "eye" }[tone])));
    this.head.className = "banner " + tone;
    put(this.sentence, data.headline);
    fresh(this.looked, data.seen, () => {
      this.looked.replaceChildren();
      if (data.seen) this.looked.append("Looked at every minute; last at ", time(data.seen, ""), ".");
    });
    const fill = (node, card) => fillCard(node, card, act);
    steady(this.current, data.current, () => el("article"), fill);
    steady(this.past, data.past, () => el("article"), fill);
    steady(this.watched, data.watched, () => el("li"), fillWatched);
    put(this.lead, data.past_lead);
    put(this.none, data.none);
    this.none.hidden = Boolean(data.past.length);
  }
}

function part(title, ...nodes) {
  const section = el("section", "part");
  section.append(el("h2", "", title), ...nodes);
  return section;
}

// -- one spike --------------------------------------------------------------------------------------------------------

// The button stays the same: it may have the focus, or the focus may be to come back to it.
function pressed(node, className, press) {
  const opens = node.firstChild || button("", undefined, null, "Show these messages");
  if (!node.firstChild) node.append(opens);
  opens.className = className;
  opens.onclick = () => press(opens);
  return opens;
}

function fillFigure(node, figure, ask) {
  const opens = pressed(node, "figure " + figure.tone, (from) => ask(from, figure.behind, "", figure.value + " " + figure.name));
  opens.replaceChildren(el("b", "", figure.value), el("span", "name", figure.name), el("small", "", figure.small));
}

function fillRow(node, row, ask) {
  const opens = pressed(node, "row-button", (from) => ask(from, row.behind, row.key, row.name));
  const name = el("span", "row-name", row.name);
  name.dir = "auto";
  opens.replaceChildren(name, el("span", "row-value", row.value), el("small", "", row.small));
  if ("share" in row) {
    const bar = el("i", "bar");
    bar.style.width = Math.round(100 * Math.min(1, row.share)) + "%";
    opens.append(bar);
  }
}

function fillGroup(node, group, ask) {
  if (!node.firstChild) node.append(el("h3"), el("div", "rows"));
  put(node.firstChild, group.title);
  steady(node.lastChild, group.rows, () => el("div"), (row, item) => fillRow(row, item, ask));
}

function fillBest(node, line) {
  node.replaceChildren(el("span", "why", line.why || ""), saidLine(line));
}

class One {
  constructor(root, act, ask) {
    this.act = act;
    this.ask = ask;
    this.node = el("div", "one");
    this.back = withIcon(button("plain-button", "All spikes", () => act("open", "")), "back");
    this.calm = button("plain-button", "", () => act("calm", this.node.classList.contains("calm") ? "" : "yes"));
    const bar = el("div", "bar-top");
    bar.append(this.back, this.calm);
    this.chips = el("div", "chips");
    this.sentence = el("h1");
    this.began = el("p", "quiet began");
    this.way = el("div", "direction");
    this.whither = el("span");
    this.halves = el("span", "halves");
    this.way.append(this.whither, this.halves);
    this.figures = el("div", "figures");
    this.inbox = el("div", "inbox");
    this.known = el("section", "known-box");
    this.course = new Course(ask);
    this.best = el("div", "best");
    this.ours = el("div", "ours");
    this.oursTold = el("p", "quiet");
    this.oursAll = button("link-button", "Show all of it", () => ask(this.oursAll, "ours", "", "What we said"));
    this.rose = el("div", "rows");
    this.topics = el("ul", "topics");
    this.groups = el("div", "groups");
    this.copies = el("ul", "copies");
    this.parts = el("ul", "parts");
    const next = el("div", "next");
    next.append(this.inbox, this.known);
    const head = el("header", "head");
    head.append(this.chips, this.sentence, this.began, this.way);
    this.bestPart = part("What says it best", this.best);
    this.oursPart = part("What we said", this.oursTold, this.ours, this.oursAll);
    this.rosePart = part("Words that rose", this.rose, this.topics);
    this.groupsPart = part("What carries it", this.groups, this.copies);
    this.partsPart = part("On single accounts", this.parts);
    this.rosePart.classList.add("more");
    this.groupsPart.classList.add("more");
    this.partsPart.classList.add("more");
    const columns = el("div", "columns");
    const coursePart = part("Course", this.course.node);
    coursePart.classList.add("course-part");
    this.bestPart.classList.add("best-part");
    columns.append(coursePart, this.bestPart, this.oursPart, this.rosePart, this.groupsPart, this.partsPart);
    this.node.append(bar, head, this.figures, next, columns);
    root.append(this.node);
  }

  update(data, calm) {
    this.node.hidden = !data;
    if (!data) return;
    if (this.id !== data.id) {
      this.id = data.id;
      this.handed = undefined;
      for (const list of [this.best, this.ours, this.rose, this.topics, this.groups, this.parts]) list.replaceChildren();
    }
    this.node.classList.toggle("calm", calm);
    put(this.calm, calm ? "Show everything" : "Crisis view");
    fresh(this.chips, [data.tone, data.label, data.account, data.shape], () =>
      this.chips.replaceChildren(el("span", "chip " + data.tone, data.label), el("b", "", data.account), el("span", "quiet", data.shape)));
    put(this.sentence, data.words);
    fresh(this.began, [data.since, data.until, data.lasted], () => {
      this.began.replaceChildren("Since ", time(data.since, ""), data.until ? ", until " : "");
      if (data.until) this.began.append(time(data.until, ""));
      this.began.append(" (" + data.lasted + ")");
    });
    fresh(this.whither, data.direction.text, () =>
      this.whither.replaceChildren(el("span", "chip " + data.direction.tone, data.direction.text)));
    steady(this.halves, data.direction.halves, () => el("span"), (node, half) => {
      put(pressed(node, "link-button", (from) => this.ask(from, half.behind, "", half.text)), half.text);
    });
    steady(this.figures, data.figures, () => el("div"), (node, one) => fillFigure(node, one, this.ask));
    fresh(this.inbox, data.inbox, () => this.fillInbox(data.inbox));
    fresh(this.known, data.known, () => this.fillKnown(data.known));
    // What was refused, or got lost, can be handed over once more.
    this.known.querySelector("[aria-disabled]")?.removeAttribute("aria-disabled");
    this.course.update(data.course);
    steady(this.best, data.best, () => el("div"), fillBest);
    this.bestPart.hidden = !data.best.length;
    put(this.oursTold, data.ours_told);
    steady(this.ours, data.ours, () => el("div"), (node, line) => node.replaceChildren(saidLine(line)));
    this.oursAll.hidden = !data.ours.length;
    steady(this.rose, data.words_rose, () => el("div"), (node, row) => fillRow(node, row, this.ask));
    steady(this.topics, data.topics, () => el("li"), (node, topic) =>
      node.replaceChildren(el("b", "", topic.words), " ", el("span", "quiet", topic.told)));
    this.rosePart.hidden = !data.words_rose.length;
    steady(this.groups, data.carriers, () => el("div", "group"), (node, group) => fillGroup(node, group, this.ask));
    fresh(this.copies, data.copies, () => this.copies.replaceChildren(...data.copies.map((told) => el("li", "", told))));
    this.groupsPart.hidden = !data.carriers.length && !data.copies.length;
    steady(this.parts, data.parts, () => el("li"), (node, one) => {
      const way = button("link-button", one.words, () => this.act("open", one.key));
      node.replaceChildren(el("span", "chip " + one.tone, one.label), " ", way);
    });
    this.partsPart.hidden = !data.parts.length;
  }

  // The link stays the same, as it may have the focus, while one customer after the other is answered.
  fillInbox(inbox) {
    if (!inbox) return this.inbox.replaceChildren();
    const made = here("plain-button strong", inbox.label, inbox.url);
    const link = this.inbox.firstChild;
    if (!link) return this.inbox.append(made);
    put(link, inbox.label);
    link.href = made.href;
  }

  // The note that is being typed stays: it is kept in this browser until it was taken, and stands there as it was given.
  fillKnown(known) {
    const id = this.id;
    const taken = this.handed !== undefined && known.by && known.note === this.handed.trim();
    if (taken && sessionStorage.getItem(NOTE + id) === this.handed) sessionStorage.removeItem(NOTE + id);
    if (taken) this.handed = undefined;
    const told = el("p", "told");
    told.append(known.by ? withIcon(el("b", "", known.told), "check") : el("b", "", known.told));
    if (known.at) told.append(" ", time(known.at));
    const parts = [told];
    if (known.note) {
      const note = el("p", "note", known.note);
      note.dir = "auto";
      parts.push(note);
    }
    if (known.may) {
      const box = el("details");
      box.open = Boolean(sessionStorage.getItem(NOTE + id));
      const area = el("textarea");
      area.rows = 2;
      area.maxLength = 1000;
      area.value = sessionStorage.getItem(NOTE + id) ?? "";
      area.setAttribute("aria-label", "What it is, and who takes care of it");
      area.placeholder = "What it is, and who takes care of it (may be left empty)";
      area.oninput = () => sessionStorage.setItem(NOTE + id, area.value);
      const send = button("plain-button strong", "I know of it", () => {
        if (send.getAttribute("aria-disabled")) return;
        this.handed = area.value;
        send.setAttribute("aria-disabled", "true");
        this.act("acknowledge", area.value);
      });
      box.append(el("summary", "", known.by ? "Say something else" : "Acknowledge"), area, send);
      parts.push(box);
    }
    const typed = this.known.contains(this.known.getRootNode().activeElement) && this.known.querySelector("textarea");
    const place = typed ? [typed.selectionStart, typed.selectionEnd] : null;
    this.known.replaceChildren(...parts);
    const again = place && this.known.querySelector("textarea");
    if (again) {
      again.focus();
      again.setSelectionRange(...place);
    }
  }
}

// -- all of it --------------------------------------------------------------------------------------------------------

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  let state = SPIKES.get(root);
  if (!state) {
    state = { problem: el("div", "problem"), gone: el("p", "none") };
    const act = (name, value) => state.tell("act", { name, value, at: Date.now() });
    state.act = act;
    root.append(state.problem, state.gone);
    state.list = new List(root);
    state.sheet = new Sheet(root, act);
    state.one = new One(root, act, (opener, kind, key, title) => state.sheet.ask(opener, kind, key, title));
    SPIKES.set(root, state);
  }
  state.tell = setTriggerValue;
  state.problem.hidden = !data.problem;
  put(state.problem, data.problem || "");
  state.gone.hidden = !data.gone;
  put(state.gone, data.gone || "");
  state.list.update(data.list, state.act);
  state.one.update(data.one, Boolean(data.calm));
  state.sheet.update(data.sheet);
  return () => SPIKES.delete(root);
}
