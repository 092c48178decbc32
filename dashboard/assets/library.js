// The list of the Library: searched as one types, long lists scroll, one entry is open beside it.
const LISTS = new WeakMap();

function matches(entry, wanted) {
  const all = [entry.name, entry.text, entry.group, ...entry.chips].join(" ").toLowerCase();
  return wanted.every((word) => all.includes(word));
}

function drawEntry(entry, chosen, pick) {
  const node = button("entry", undefined, () => pick(entry.id));
  node.dataset.id = entry.id;
  node.setAttribute("aria-current", String(entry.id === chosen));
  const head = el("span", "head");
  head.append(el("b", "", entry.name), el("span", "count", entry.count));
  const text = el("span", "text", entry.text);
  text.dir = "auto";
  node.append(head, text);
  if (entry.chips.length) {
    const chips = el("span", "chips");
    for (const chip of entry.chips) chips.append(el("span", "chip", chip));
    node.append(chips);
  }
  return node;
}

function paint(state) {
  const { data } = state;
  const wanted = state.input.value.toLowerCase().split(/\s+/).filter(Boolean);
  const found = data.entries.filter((entry) => matches(entry, wanted));
  const nodes = [];
  let group = null;
  for (const entry of found) {
    if (entry.group !== group) nodes.push(el("h3", "", entry.group));
    group = entry.group;
    nodes.push(drawEntry(entry, data.chosen, (id) => state.fire(id)));
  }
  if (!found.length) {
    const empty = el("div", "empty");
    empty.append(el("b", "", data.entries.length ? "Nothing has these words" : data.empty.title));
    if (!data.entries.length) empty.append(el("p", "", data.empty.text));
    nodes.push(empty);
  }
  const held = state.list.querySelector(":focus")?.dataset.id;
  state.list.replaceChildren(...nodes);
  if (held) state.list.querySelector(`[data-id="${CSS.escape(held)}"]`)?.focus();
  state.told.textContent = wanted.length ? found.length + " found" : "";
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  let state = LISTS.get(root);
  if (!state) {
    state = { input: el("input"), told: el("div", "sr"), list: el("nav", "list") };
    LISTS.set(root, state);
    state.input.type = "search";
    state.told.setAttribute("role", "status");
    state.input.oninput = () => paint(state);
    root.append(state.input, state.told, state.list);
  }
  state.data = data;
  state.fire = (id) => setTriggerValue("pick", id);
  for (const [node, label] of [[state.input, data.label], [state.list, data.label.replace("Search ", "")]]) node.setAttribute("aria-label", label);
  state.input.placeholder = data.label;
  if (data.problem) state.list.replaceChildren(el("div", "problem", data.problem));
  else paint(state);
}
