// Words that rise in a period: a table that stays as it is until somebody asks for something else.
const RISING = new WeakMap();

function termRow(row, ask) {
  const node = el("tr", "rising");
  const name = el("th");
  name.scope = "row";
  const opens = button("link-button", row.term, () => ask(opens, row.kind, row.term, row.term));
  opens.dir = "auto";
  opens.title = "Show " + plain(row.items);
  name.append(opens);
  if (row.kind_told) name.append(" ", el("span", "chip", row.kind_told));
  if (row.inbox) name.append(el("br"), here("small", "In the inbox", row.inbox));
  const part = (words, small) => {
    const cell = el("td", "number", words);
    cell.append(el("small", "", small));
    return cell;
  };
  const samples = el("td", "samples");
  for (const said of row.samples.slice(0, 1)) {
    const words = el("p", "", said.text);
    words.dir = "auto";
    samples.append(words, el("small", "", (said.private ? "Private, " : "") + said.author));
  }
  node.append(name, part(row.part, row.people), part(row.part_before, row.before), part(row.times, row.interval), samples);
  return node;
}

function table(data, ask) {
  const frame = el("div", "frame");
  frame.tabIndex = 0;
  frame.setAttribute("role", "region");
  frame.setAttribute("aria-label", "Words that rise");
  const node = el("table");
  const head = el("tr");
  for (const name of ["Said", "Of the people", "Before", "Times", "For example"]) {
    const cell = el("th", "", name);
    cell.scope = "col";
    head.append(cell);
  }
  const top = el("thead");
  top.append(head);
  const body = el("tbody");
  body.append(...data.rows.map((row) => termRow(row, ask)));
  node.append(top, body);
  frame.append(node);
  return frame;
}

// From when to when, each end with its day.
function stretch(since, until) {
  const clock = new Intl.DateTimeFormat([], { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  return clock.formatRange(new Date(since), new Date(until));
}

function fillRising(node, data, state) {
  const told = el("p", "told");
  told.append(el("b", "", data.told));
  if (data.since) told.append(" " + stretch(data.since, data.until) + ".");
  const parts = [told];
  if (data.sample) parts.push(el("p", "sample", data.sample));
  if (data.none) parts.push(el("p", "none", data.none));
  if (data.rows.length) parts.push(table(data, state.ask));
  if (data.topics.length) {
    const list = el("ul", "topics");
    list.append(...data.topics.map((words) => el("li", "", words)));
    parts.push(el("h2", "", "Said together"), list);
  }
  if (data.method) parts.push(el("p", "quiet method", data.method));
  if (data.seen) {
    const foot = el("p", "quiet");
    foot.append("Read at ", time(data.seen, ""), "; it stays so until you look again. ");
    foot.append(button("link-button", "Look again", () => state.act("again", "")));
    parts.push(foot);
  }
  node.replaceChildren(...parts);
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  let state = RISING.get(root);
  if (!state) {
    state = { problem: el("div", "problem"), body: el("div", "body") };
    state.act = (name, value) => state.tell("act", { name, value, at: Date.now() });
    const back = withIcon(here("plain-button", "All spikes", "/spikes"), "back");
    const head = el("div", "top");
    head.append(back, el("h1", "", "Words that rise"));
    root.append(head, state.problem, state.body);
    state.sheet = new Sheet(root, state.act);
    state.ask = (opener, kind, key, title) => state.sheet.ask(opener, kind, key, title);
    RISING.set(root, state);
  }
  state.tell = setTriggerValue;
  state.problem.hidden = !data.problem;
  state.problem.textContent = plain(data.problem || "");
  const { sheet, problem, ...shown } = data;
  const drawn = JSON.stringify(shown);
  if (state.drawn !== drawn) {
    state.drawn = drawn;
    const held = focusOf(state.body);
    fillRising(state.body, data, state);
    giveBack(state.body, held);
  }
  state.sheet.update(sheet);
  return () => RISING.delete(root);
}
