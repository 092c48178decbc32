// Who we talk to, where, and how long they have been waiting.
const HEADS = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  let state = HEADS.get(root);
  if (!state) {
    state = {};
    HEADS.set(root, state);
    state.back = withIcon(button("side back", "Inbox", null), "back");
    state.words = el("div", "words");
    state.details = button("side details", "Details", () => showPane("details"));
    state.details.append(icon("forward"));
    state.face = el("span");
    root.append(state.back, state.face, state.words, state.details);
    state.here = new Here(() => state.paint());
    state.timer = setInterval(() => state.paint(), 1000);
    if (document.documentElement.dataset.pane !== "details") showPane("conversation");
  }
  state.back.onclick = () => {
    showPane("list");
    setTriggerValue("back", Date.now());
  };
  const drift = driftOf(data);
  state.paint = () => {
    const title = el("h1");
    const name = el("span", "", data.name);
    name.dir = "auto";
    title.append(name, " ", el("span", "handle", data.handle ? "@" + data.handle : ""));
    const line = el("p");
    line.append(...state.here.draw());
    const facts = [];
    if (data.due) facts.push(el("span", "due " + countdown(data.due, drift).tone, dueBrief(data.due, drift)));
    if (data.waiting) facts.push(el("span", "", "Waiting " + span(since(data.waiting, drift))));
    for (const word of data.status) facts.push(el("span", "", word));
    facts.push(withIcon(el("span", "where", data.where), data.private ? "lock" : "globe"));
    facts.forEach((fact, place) => line.append(...(place ? [el("span", "dot", " · "), fact] : [fact])));
    for (const label of data.labels || []) title.append(" ", labelChip(label));
    line.title = data.due ? dueTitle(data.due, drift) : line.textContent;
    const drawn = title.outerHTML + line.outerHTML;
    if (state.drawn === drawn) return;
    state.drawn = drawn;
    state.words.replaceChildren(title, line);
  };
  state.here.shows(data.id);
  state.paint();
  if (state.faced !== data.name + data.face) {
    state.faced = data.name + data.face;
    state.face.replaceChildren(face(data.name, data.face));
  }
  return () => {
    clearInterval(state.timer);
    state.here.end();
    HEADS.delete(root);
  };
}
