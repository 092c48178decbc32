// Who we talk to, where, and how long they have been waiting; and what can be done with the whole conversation.
const HEADS = new WeakMap();
const HOLD_FOR = 4000;
const TWICE_WITHIN = 350;

// What each deed is called, its sign and its key, and what it means. The bench has the lists for two of them.
const DEEDS = {
  assign: ["Assign to me", "take", "A", "Take it yourself"],
  give_back: ["Give back", "give", "A", "Give it back to the queue"],
  hand_over: ["Hand over", "handOver", "G", "Hand it over", "handOver"],
  snooze: ["Snooze", "clock", "S", "Put it away until a time, or until they write", "snooze"],
  resolve: ["Resolve", "check", "E", "It is done"],
  reopen: ["Reopen", "again", "E", "It is not done"],
};
const KEYS = { a: ["assign", "give_back"], e: ["resolve", "reopen"] };

// The keys A and E. Pressed after another conversation was picked and before it is here, they are meant for that one.
// E puts a conversation away: pressed again before the page is drawn anew, or held down, or in a double tap that a quick
// service answers between, it would put away one that nobody has looked at.
class Deeds {
  constructor(node) {
    this.node = node;
    this.onKey = (event) => this.key(event);
    this.onOpening = (event) => this.expect(event.detail === this.data?.id ? null : event.detail);
    window.addEventListener("keydown", this.onKey, true);
    document.addEventListener("social-listener-opening", this.onOpening);
  }

  update(data, fire) {
    this.data = data;
    this.fire = fire;
    this.away = null;
    this.paint();
    if (this.expected !== data.id) return;
    const { early } = this;
    this.expect(null);
    if (early) this.press(early);
  }

  expect(id) {
    clearTimeout(this.timer);
    Object.assign(this, { expected: id, early: "" });
    if (id) this.timer = setTimeout(() => this.expect(null), HOLD_FOR);
  }

  key(event) {
    if (!KEYS[event.key] || selectionSize() || !plainKey(event) || event.shiftKey || typing(event) || dialogOpen()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.repeat || (event.key === "e" && (this.tapped(event.timeStamp) || this.away === this.data.id))) return;
    if (this.expected) this.early = event.key;
    else this.press(event.key);
  }

  tapped(at) {
    const since = at - (this.pressedAt ?? -Infinity);
    this.pressedAt = at;
    return since < TWICE_WITHIN;
  }

  press(key) {
    const deed = KEYS[key].find((one) => this.data.deeds.includes(one));
    if (deed) this.run(deed);
  }

  run(deed) {
    const list = DEEDS[deed][4];
    if (list) document.dispatchEvent(new CustomEvent("social-listener-bench", { detail: list }));
    else {
      if (KEYS.e.includes(deed)) this.away = this.data.id;
      this.fire("do", { what: deed, id: this.data.id, at: Date.now() });
    }
  }

  // The button that is in hand stays there, under its new name: who gives back what they took has it in front of them.
  paint() {
    const drawn = JSON.stringify(this.data.deeds);
    if (this.node.dataset.drawn === drawn) return;
    this.node.dataset.drawn = drawn;
    const held = this.node.getRootNode().activeElement?.dataset.key;
    this.node.replaceChildren(...this.data.deeds.map((deed) => {
      const [name, sign, key, meaning] = DEEDS[deed];
      // Clicked twice, or with Enter held down, it would do the same to the one that comes next.
      const press = (event) => { if (event.detail < 2) this.run(deed); };
      const node = button("plain-button" + (KEYS.e.includes(deed) ? " strong" : ""), undefined, press, meaning + " (" + key + ")");
      node.onkeydown = (event) => { if (event.repeat) event.preventDefault(); };
      node.dataset.key = key;
      node.append(icon(sign), el("span", "name", name), el("kbd", "", key));
      node.setAttribute("aria-label", name);
      node.setAttribute("aria-keyshortcuts", key);
      return node;
    }));
    if (held) this.node.querySelector(`[data-key="${held}"]`)?.focus();
  }

  end() {
    clearTimeout(this.timer);
    window.removeEventListener("keydown", this.onKey, true);
    document.removeEventListener("social-listener-opening", this.onOpening);
  }
}

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
    state.buttons = el("div", "deeds");
    state.deeds = new Deeds(state.buttons);
    root.append(state.back, state.face, state.words, state.details, state.buttons);
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
  state.deeds.update(data, setTriggerValue);
  if (state.faced !== data.name + data.face) {
    state.faced = data.name + data.face;
    state.face.replaceChildren(face(data.name, data.face));
  }
  return () => {
    clearInterval(state.timer);
    state.here.end();
    state.deeds.end();
    HEADS.delete(root);
  };
}
