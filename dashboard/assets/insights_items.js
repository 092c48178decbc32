// The items behind a number, newest first; from each one goes to its conversation.
const LISTS = new WeakMap();

function item(one) {
  const node = el("li", "item");
  const head = el("div", "head");
  const author = el("b", "", one.author);
  author.dir = "auto";
  head.append(author, withIcon(el("span", "quiet", one.channel + (one.private ? " · Private" : " · Public")), one.private ? "lock" : "globe"), el("span", "when", one.when));
  const words = el("p", "words");
  fillBody(words, one.text);
  const foot = el("div", "foot");
  foot.append(el("span", "chip " + one.tone, one.mood));
  for (const told of [one.language, one.reach, one.answered]) if (told) foot.append(el("span", "chip", told));
  const away = link("there", "Open in the inbox", location.origin + one.at);
  away.target = "_self";
  away.setAttribute("aria-label", plain("Open in the inbox: " + one.author + ", " + one.when));
  foot.append(away);
  node.append(head, words, foot);
  return node;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  let state = LISTS.get(root);
  if (!state) {
    state = { head: el("p", "told"), problem: el("p", "problem"), list: el("ol"), more: button("plain-button", "", null) };
    state.list.setAttribute("aria-label", "Items");
    state.more.onclick = () => {
      // Asked for once; a button that is switched off would lose the focus.
      if (state.asked) return;
      state.asked = true;
      state.fire("more", Date.now());
    };
    LISTS.set(root, state);
    root.append(state.head, state.list, state.problem, state.more);
  }
  state.fire = setTriggerValue;
  state.head.textContent = plain(data.told + (data.asOf ? ". " + data.asOf + "." : "") + (data.differs ? " " + data.differs : ""));
  const before = state.first === data.told + data.asOf ? state.list.children.length : 0;
  if (!before) state.list.replaceChildren();
  state.first = data.told + data.asOf;
  // What stands there stays as it is: further ones are added below.
  state.list.append(...data.lines.slice(before).map(item));
  state.problem.hidden = !data.problem;
  state.problem.textContent = plain(data.problem || "");
  state.more.hidden = !data.left && !data.problem;
  state.asked = false;
  state.more.textContent = data.problem ? "Try it again" : "Show more (" + data.left.toLocaleString("en") + " left)";
}
