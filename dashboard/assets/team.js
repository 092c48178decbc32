// The Team page: people with what they have, teams with their queues, and how conversations are shared out.
function table(label, names, rows) {
  const frame = el("div", "frame");
  frame.tabIndex = 0;
  frame.setAttribute("role", "region");
  frame.setAttribute("aria-label", label);
  const node = el("table");
  const head = el("tr");
  for (const name of names) {
    const cell = el("th", "", name);
    cell.scope = "col";
    head.append(cell);
  }
  node.append(el("thead"), el("tbody"));
  node.tHead.append(head);
  // On a narrow screen the head is not shown: each cell has its name with it.
  for (const row of rows) [...row.cells].forEach((one, place) => { if (place && names[place] !== "Now") one.dataset.label = names[place]; });
  node.tBodies[0].append(...rows);
  frame.append(node);
  return frame;
}

function cells(...parts) {
  const row = el("tr");
  for (const part of parts) {
    const cell = el("td");
    cell.append(part);
    row.append(cell);
  }
  return row;
}

function changing(label, act) {
  const node = button("plain-button", "Change", act);
  node.setAttribute("aria-label", "Change " + label);
  return node;
}

function section(title, words, ...nodes) {
  const node = el("section");
  const head = el("div", "head");
  head.append(el("h2", "", title));
  node.append(head);
  if (words) node.append(el("p", "", words));
  node.append(...nodes);
  return node;
}

function away(person) {
  if (!person.from || person.over) return "";
  return moment(person.from) + " – " + (person.until ? moment(person.until) : "until further notice");
}

function load(person) {
  const node = el("span", "load");
  const bar = el("span", "meter" + (person.full ? " full" : ""));
  const fill = el("i");
  fill.style.width = Math.min(100, (100 * person.load) / Math.max(1, person.capacity)) + "%";
  bar.append(fill);
  node.append(el("span", "", person.load + " of " + person.capacity), bar);
  return node;
}

const TEAMS = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  const drawn = JSON.stringify({ ...data, now: null });
  const ask = (what, id) => TEAMS.get(root).fire("change", { what, id, at: Date.now() });
  const before = TEAMS.get(root)?.drawn;
  TEAMS.set(root, { drawn, fire: setTriggerValue });
  if (before === drawn) return;
  const parts = [];
  if (data.problem) parts.push(el("p", "problem", data.problem));
  for (const line of data.problems) parts.push(el("p", "problem", line));
  parts.push(section("People", "", table("People", ["Who", "Now", "Open conversations", "Away", "Teams", ""], data.people.map((one) => {
    const name = el("b", "", one.name);
    return cells(name, el("span", "chip " + one.tone, one.state), load(one), away(one), one.teams, one.change ? changing(one.name, () => ask("person", one.id)) : "");
  }))));
  const teams = data.teams.length
    ? table("Teams", ["Team", "Members", "Waiting, with nobody", ""], data.teams.map((one) =>
        cells(el("b", "", one.name), one.members, String(one.waiting), one.change ? changing(one.name, () => ask("team", one.id)) : "")))
    : el("p", "none", "There is no team yet.");
  const list = section("Teams", "Staff who share a queue: a conversation can be handed over to a team.", teams);
  if (data.mayChange) list.querySelector(".head").append(button("plain-button strong", "New team", () => ask("new", "")));
  parts.push(list);
  const rules = el("ul");
  for (const rule of data.rules) rules.append(el("li", "", rule));
  parts.push(section("Assigned by itself", data.off || "To who is at work, has room and is not away; to who answered the customer last first.", ...(data.rules.length ? [rules] : [])));
  root.replaceChildren(...parts);
}
