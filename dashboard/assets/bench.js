// What is selected, what runs, what can be taken back; and the lists to pick labels, views, times and people from.
const BENCHES = new WeakMap();
const SPELT_OUT = 30000;

class Bench {
  constructor(root) {
    this.root = root;
    this.bar = el("div", "bar");
    this.bar.setAttribute("role", "region");
    this.bar.setAttribute("aria-label", "Selected conversations");
    this.offer = el("div", "offer");
    this.offer.setAttribute("role", "status");
    root.append(this.bar, this.offer);
    this.picker = new Picker(root);
    this.onSelection = () => this.paint();
    document.addEventListener("social-listener-selection", this.onSelection);
    this.onKey = (event) => this.key(event);
    window.addEventListener("keydown", this.onKey, true);
    this.dismissed = null;
    this.timer = 0;
  }

  update(data, fire) {
    this.data = data;
    this.fire = (wish) => fire("do", { ...wish, at: Date.now() });
    this.paint();
    if (this.picker.isOpen && this.picker.list) this.picker.paint();
  }

  key(event) {
    if (this.picker.isOpen || !plainKey(event) || event.shiftKey || typing(event) || dialogOpen()) return;
    const run = { l: () => this.labels(), z: () => this.undo() }[event.key];
    if (!run) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    run();
  }

  paint() {
    this.paintOffer();
  }

  // -- undo -----------------------------------------------------------------------------------------------------------

  undo() {
    const { undo } = this.data;
    if (!undo || this.undone === undo.id) return;
    this.undone = undo.id;
    this.paint();
    this.fire({ what: "undo", id: undo.id });
  }

  paintOffer() {
    clearTimeout(this.timer);
    const { undo } = this.data;
    const shown = undo && this.dismissed !== undo.id && this.undone !== undo.id;
    this.offer.hidden = !shown;
    if (!shown) return;
    const fresh = SPELT_OUT - since(undo.at, driftOf(this.data)) * 1000;
    this.offer.classList.toggle("short", fresh <= 0);
    if (fresh > 0) this.timer = setTimeout(() => this.paintOffer(), fresh);
    const drawn = JSON.stringify([undo.id, fresh > 0]);
    if (this.offer.dataset.drawn === drawn) return;
    this.offer.dataset.drawn = drawn;
    const words = el("span", "words", undo.words);
    words.dir = "auto";
    const back = button("plain-button", "Undo", () => this.undo(), "Take it back: " + undo.words);
    back.append(el("kbd", "", "Z"));
    const away = button("away", "×", () => { this.dismissed = undo.id; this.paint(); }, "Hide this; Z still takes it back");
    away.setAttribute("aria-label", "Hide this");
    this.offer.replaceChildren(words, back, away);
  }

  // -- labels ---------------------------------------------------------------------------------------------------------

  labels() {
    const { conversation } = this.data;
    if (!conversation) return;
    const put = (label) => this.fire({ what: "label", conversation, label: label.id, on: !this.worn().has(label.id) });
    this.picker.open({
      title: "Label " + (this.data.name || "this conversation"),
      placeholder: "Type a label's name",
      items: () => {
        const worn = this.worn();
        return this.offered(worn).map((one) => ({
          words: one.name, colour: one.hex, on: worn.has(one.id), hint: worn.has(one.id) ? "take off" : "",
          run: () => put(one),
        }));
      },
      made: (name) => this.named(name) ? [] : [{
        words: "Make the label “" + name + "”", hint: "new",
        run: () => this.fire({ what: "define", name, conversation }),
      }],
      foot: [this.manageButton()],
    });
  }

  worn() { return new Set(this.data.worn); }

  offered(worn) { return this.data.labels.filter((one) => !one.archived || worn.has(one.id)); }

  named(name) { return this.data.labels.some((one) => one.name.toLowerCase() === name.toLowerCase()); }

  manageButton() {
    return button("plain-button manage", "Change labels …", () => this.manageLabels());
  }

  manageLabels() {
    const rows = this.data.labels.map((one) => this.labelRow(one));
    if (!rows.length) rows.push(el("p", "quiet", "There are no labels yet. Press L and type the name of the first."));
    this.picker.form("Labels", rows);
  }

  labelRow(one) {
    const row = el("div", "entry");
    const name = el("input");
    name.value = one.name;
    name.maxLength = 40;
    name.setAttribute("aria-label", "Name of " + one.name);
    const colour = el("select");
    colour.setAttribute("aria-label", "Colour of " + one.name);
    for (const [code] of Object.entries(this.data.colours)) {
      const option = el("option", "", code);
      option.value = code;
      option.selected = code === one.colour;
      colour.append(option);
    }
    const dot = swatch(one.hex);
    const send = (changes) => this.fire({ what: "relabel", label: one.id, version: one.version, ...changes });
    name.onchange = () => send({ name: name.value });
    colour.onchange = () => {
      dot.style.background = this.data.colours[colour.value];
      send({ colour: colour.value });
    };
    const away = button("plain-button", one.archived ? "Bring back" : "Put away", () => {
      this.picker.close();
      send({ archived: !one.archived });
    });
    row.append(dot, name, colour, away);
    return row;
  }

  end() {
    clearTimeout(this.timer);
    this.picker.end();
    document.removeEventListener("social-listener-selection", this.onSelection);
    window.removeEventListener("keydown", this.onKey, true);
    BENCHES.delete(this.root);
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  let bench = BENCHES.get(root);
  if (!bench) {
    bench = new Bench(root);
    BENCHES.set(root, bench);
  }
  bench.update(data, setTriggerValue);
  return () => bench.end();
}
