// What the answers to samples say: shares with their intervals, and behind each number its items.
const COLUMNS = ["", "Answered", "Label told", "Right where told", "Negative is right", "Neutral is right", "Positive is right"];

function toConversation(text, conversation) {
  const node = el("a", "says", text);
  node.href = "/?c=" + encodeURIComponent(conversation);
  node.dir = "auto";
  return node;
}

function moved(before, after) {
  const node = el("span", "moved");
  node.append(el("span", "", before), el("span", "arrow", "→"), el("b", "", after));
  return node;
}

function choices(label, items, pick) {
  const row = el("div", "choices");
  row.setAttribute("role", "group");
  row.setAttribute("aria-label", label);
  for (const one of items) {
    const node = button("plain-button", one.name, () => pick(one.key));
    node.setAttribute("aria-pressed", String(Boolean(one.mode)));
    row.append(node);
  }
  return row;
}

function figureCell(state, row, cell, name) {
  const node = el("td");
  node.dataset.label = name;
  if (!cell.waiting) {
    node.append(el("span", "quiet", "–"));
    return node;
  }
  const { behind } = state.data.figures;
  const knob = button("figure " + cell.mode, undefined, () => state.fire("behind", behind?.key === cell.key ? "" : cell.key));
  knob.append(el("b", "", cell.words), el("span", "", cell.range), el("span", "quiet", cell.count));
  knob.setAttribute("aria-expanded", String(behind?.key === cell.key));
  knob.setAttribute("aria-label", [row.name, name, cell.words, cell.range, cell.count, "show the items"].filter(Boolean).map(plain).join(", "));
  node.append(knob);
  return node;
}

function figureTable(state, rows) {
  const frame = el("div", "frame");
  const node = el("table");
  const head = el("tr");
  for (const name of COLUMNS) {
    const cell = el(name ? "th" : "td", "", name);
    if (name) cell.scope = "col";
    head.append(cell);
  }
  node.append(el("thead"), el("tbody"));
  node.tHead.append(head);
  for (const row of rows) {
    const line = el("tr");
    const name = el("th", "name", row.name);
    name.scope = "row";
    if (row.group) name.append(el("span", "group quiet", row.group));
    const answers = el("td", "", row.answers);
    answers.dataset.label = COLUMNS[1];
    line.append(name, answers, ...row.cells.map((cell, place) => figureCell(state, row, cell, COLUMNS[place + 2])));
    node.tBodies[0].append(line);
  }
  frame.append(node);
  frame.tabIndex = 0;
  frame.setAttribute("role", "region");
  frame.setAttribute("aria-label", "How good is it");
  return frame;
}

function drawBehind(state, behind) {
  const node = el("section", "behind");
  const head = el("div", "head");
  const title = el("h2", "", behind.title);
  title.tabIndex = -1;
  head.append(title, button("plain-button", "Close", () => state.fire("behind", "")));
  node.append(head, el("p", "quiet", behind.text));
  const list = el("ul", "lines");
  for (const one of behind.items) {
    const line = el("li");
    const about = el("span", "about");
    const mark = moved("told " + one.before.toLowerCase(), one.after);
    mark.classList.add("chip", ...(one.tone ? [one.tone] : []));
    about.append(mark, el("span", "quiet", one.who), time(one.at));
    line.append(toConversation(one.text, one.conversation), about);
    list.append(line);
  }
  node.append(list);
  if (behind.more) node.append(el("p", "quiet", behind.more));
  return node;
}

function drawFigures(state) {
  const { figures } = state.data;
  const top = el("div", "head");
  top.append(el("p", "lead", "How often people agree with what the program says. In each field the interval of 95 %, and how many answers it rests on: a number opens them."));
  if (figures.reader) top.append(el("p", "quiet small", figures.reader));
  const parts = [top, choices("Samples of", figures.spans, (key) => state.fire("span", key))];
  if (!figures.rows.length) return [...parts, emptyState(figures.none)];
  parts.push(figureTable(state, figures.rows), el("p", "quiet small", "Counted from samples alone, each answer with the weight of the items it stands for. From fewer than 10 answers nothing is said."));
  if (figures.behind) parts.push(drawBehind(state, figures.behind));
  return parts;
}
