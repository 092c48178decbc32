// The head of the Insights page: how far the numbers can be trusted, and the first of them. A number is a button that
// opens the items behind it.
const HEADS = new WeakMap();

function figure(className, text, open, label, fire) {
  if (!open) return el("span", className, text);
  const node = button(className, text, () => {
    opensDialog(node);
    fire("open", open);
  });
  node.setAttribute("aria-label", plain(label + ": " + text + ". Show the items"));
  return node;
}

function tile(one, fire) {
  const node = el("li", "tile");
  node.append(el("span", "label", one.label), figure("value", one.value, one.open, one.label, fire));
  if (one.of) node.append(el("span", "small", one.of));
  if (one.range) node.append(el("span", "small", "95 of 100: " + one.range));
  const before = el("span", "small");
  before.append("Before: ", figure("before", one.before, one.beforeOpen, one.label + " before", fire));
  node.append(before);
  if (one.change) node.append(el("span", "change", one.change));
  return node;
}

function told(standing, fire) {
  const node = el("div", "standing");
  node.append(el("span", "", standing.asOf), button("link-button", "Read again", () => fire("again", Date.now())));
  if (standing.complete) node.append(el("span", "", standing.complete));
  for (const line of [standing.lagging, standing.counting]) if (line) node.append(withIcon(el("span", "warn", line), "warn"));
  return node;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  const state = HEADS.get(root) || {};
  HEADS.set(root, state);
  state.fire = setTriggerValue;
  const fire = (event, value) => state.fire(event, value);
  const drawn = JSON.stringify(data);
  if (state.drawn === drawn) return;
  state.drawn = drawn;
  const parts = [];
  if (data.problem) {
    const box = el("p", "problem", data.problem);
    box.append(" ", button("link-button", "Try it again", () => fire("again", Date.now())));
    parts.push(box);
  }
  if (data.standing) parts.push(told(data.standing, fire));
  if (data.empty) {
    const box = el("div", "empty");
    box.append(el("p", "", data.empty.words));
    if (data.empty.open) box.append(button("plain-button strong", data.empty.button, () => fire("show", data.empty.open)));
    parts.push(box);
  } else if (data.tiles.length) {
    const list = el("ul", "tiles");
    list.append(...data.tiles.map((one) => tile(one, fire)));
    parts.push(list);
  }
  const held = focusOf(root);
  root.replaceChildren(...parts);
  giveBack(root, held, ".link-button");
}
