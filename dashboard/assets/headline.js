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
    state.timer = setInterval(() => state.paint(), 20000);
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
    if (data.waiting) {
      const seconds = since(data.waiting, drift);
      const over = data.target && seconds > data.target;
      const waiting = el("span", over ? "over" : "", "Waiting " + span(seconds) + (over ? ", late" : ""));
      if (data.target) waiting.title = "An answer is promised within " + span(data.target);
      line.append(waiting, " · ");
    }
    for (const word of data.status) line.append(el("span", "", word), " · ");
    line.append(withIcon(el("span", "", data.where), data.private ? "lock" : "globe"));
    line.title = line.textContent;
    state.words.replaceChildren(title, line);
  };
  state.paint();
  if (state.drawn !== data.name + data.face) {
    state.drawn = data.name + data.face;
    state.face.replaceChildren(face(data.name, data.face));
  }
  return () => {
    clearInterval(state.timer);
    HEADS.delete(root);
  };
}
