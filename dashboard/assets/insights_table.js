// What stands below a chart: its numbers as a table, in which each opens its items, and the SQL behind it.
const TABLES = new WeakMap();

function cell(tag, value, what, fire) {
  const node = el(tag);
  if (!value.open) node.textContent = plain(value.text);
  else {
    const open = button("number", value.text, () => {
      opensDialog(open);
      fire("open", value.open);
    });
    open.setAttribute("aria-label", plain(what + ": " + value.text + ". Show the items"));
    node.append(open);
  }
  return node;
}

function fill(box, data, fire) {
  const table = el("table");
  table.append(el("caption", "sr", data.title), el("thead"), el("tbody"));
  const head = el("tr");
  for (const name of data.columns) {
    const node = el("th", "", name);
    node.scope = "col";
    head.append(node);
  }
  table.tHead.append(head);
  for (const row of data.rows) {
    const line = el("tr");
    row.forEach((value, at) => {
      const node = cell(at ? "td" : "th", value, row[0].text + ", " + data.columns[at], fire);
      if (!at) node.scope = "row";
      line.append(node);
    });
    table.tBodies[0].append(line);
  }
  box.replaceChildren(table);
}

// What is folded is not built: a table may have hundreds of numbers.
function folded(name, build) {
  const node = el("details");
  node.append(el("summary", "", name));
  node.ontoggle = () => {
    if (node.open && node.children.length < 2) node.append(build());
  };
  return node;
}

// The chart itself, to take away.
function pictureOf(data) {
  const [node, said] = downloadButton("link-button file", data.picture);
  node.setAttribute("aria-label", plain(data.title + " as PNG"));
  return [node, said];
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  const state = TABLES.get(root) || {};
  TABLES.set(root, state);
  state.fire = setTriggerValue;
  const fire = (event, value) => state.fire(event, value);
  const drawn = JSON.stringify(data);
  if (state.drawn === drawn) return;
  state.drawn = drawn;
  const held = focusOf(root);
  const open = [...root.querySelectorAll("details")].map((node) => node.open);
  const table = folded("Table", () => {
    const box = el("div", "frame");
    box.tabIndex = 0;
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", plain(data.title));
    fill(box, data, fire);
    return box;
  });
  const parts = [table];
  if (data.sql) parts.push(folded("SQL", () => {
    const box = el("div", "sql");
    box.append(el("p", "", "Counts the same in a snapshot."), el("pre", "", data.sql));
    box.lastChild.tabIndex = 0;
    return box;
  }));
  parts.forEach((node, at) => { node.open = Boolean(open[at]); });
  if (data.picture) parts.push(...pictureOf(data));
  if (data.note) parts.push(el("p", "note", data.note));
  root.replaceChildren(...parts);
  giveBack(root, held);
}
