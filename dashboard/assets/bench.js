// What is selected, what runs, what can be taken back; and the lists to pick labels, views, times and people from.
const BENCHES = new WeakMap();
const SPELT_OUT = 30000;
// Keys that are about the open conversation, and how long they wait, in ms, for one that was picked and is not here yet.
const ABOUT_ONE = "lsbcg123+-";
// What somebody says the item that is explained really is.
const SAID = {
  1: { sentiment: "negative" }, 2: { sentiment: "neutral" }, 3: { sentiment: "positive" },
  "+": { priority: "up" }, "-": { priority: "down" },
};
const WAIT_FOR = 8000;

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
    this.onBench = (event) => {
      if (event.detail === "labels" || ORGANISE[event.detail]) this[event.detail](true);
      else if (SAID[event.detail]) this.correct(event.detail);
    };
    document.addEventListener("social-listener-bench", this.onBench);
    this.onOpening = (event) => this.hold(event.detail);
    document.addEventListener("social-listener-opening", this.onOpening);
    this.onKey = (event) => this.key(event);
    window.addEventListener("keydown", this.onKey, true);
    this.dismissed = null;
    this.timer = 0;
  }

  update(data, fire) {
    this.data = data;
    this.taking = false;
    this.fire = (wish) => fire("do", { ...wish, at: Date.now() });
    this.paint();
    if (this.picker.isOpen && this.picker.list) this.picker.renew();
    if (this.opening === data.conversation) this.letGo();
  }

  // Another conversation was picked: until it is here, no key may do anything to the one that is still shown.
  hold(id) {
    clearTimeout(this.waiting);
    this.early = "";
    this.opening = this.data && this.data.conversation === id ? null : id;
    if (this.opening) this.waiting = setTimeout(() => this.hold(this.data.conversation), WAIT_FOR);
  }

  letGo() {
    const { early } = this;
    this.hold(this.opening);
    if (early && !this.picker.isOpen) this.runs(early).call(this);
  }

  key(event) {
    if (this.picker.isOpen || event.repeat || !plainKey(event) || event.shiftKey || typing(event) || dialogOpen()) return;
    const run = this.runs(event.key);
    if (!run) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (this.opening && !this.many() && ABOUT_ONE.includes(event.key)) this.early = event.key;
    else run.call(this);
  }

  // A and E are the page's own keys while nothing is selected.
  runs(key) {
    const always = { l: this.labels, z: this.takeBack, v: this.views, s: this.snooze, b: this.silence, c: this.customers, g: this.handOver };
    const selected = { a: this.assignMany, g: this.assignMany, e: () => this.bulk("resolve", {}), l: this.labelMany };
    if (SAID[key]) return () => this.many() || this.correct(key);
    if (this.data.confirm && key === "Escape") return () => this.fire({ what: "stay" });
    return (this.many() && selected[key]) || always[key];
  }

  correct(key) {
    const { conversation, item } = this.data;
    if (item) this.fire({ what: "correct", conversation, item, ...SAID[key] });
  }

  many() { return selectionSize() > 0; }

  chosenWords() {
    const size = selectionSize();
    return size.toLocaleString("en") + (size === 1 ? " conversation" : " conversations");
  }

  bulk(deed, more) {
    const which = SELECTION.all ? { all: true } : { ids: [...SELECTION.ids] };
    this.fire({ what: "bulk", deed, ...which, ...more });
  }

  paint() {
    if (!this.data) return;
    this.paintOffer();
    this.paintBar();
  }

  // -- the bar --------------------------------------------------------------------------------------------------------

  paintBar() {
    const { confirm, run } = this.data;
    const going = run && !run.ended;
    const telling = run && run.ended && run.telling && this.dismissedRun !== run.id;
    const size = selectionSize();
    const kind = confirm ? "confirm" : going ? "going" : size ? "selected" : telling ? "told" : "";
    this.bar.hidden = !kind;
    this.offer.classList.toggle("raised", Boolean(kind));
    const drawn = JSON.stringify([kind, confirm, going || telling ? run : null, size, SELECTION.all, SELECTION.total]);
    if (this.bar.dataset.drawn === drawn) return;
    this.bar.dataset.drawn = drawn;
    this.bar.dataset.kind = kind;
    const parts = { confirm: () => this.confirmParts(confirm), going: () => this.goingParts(run), told: () => this.toldParts(run) };
    this.bar.replaceChildren(...(parts[kind] ? parts[kind]() : kind ? this.selectedParts(size) : []));
    if (kind === "confirm") this.bar.querySelector(".strong").focus();
  }

  selectedParts(size) {
    const make = (text, key, run, title) => {
      const node = button("plain-button", text, run, title || text);
      if (key) node.append(el("kbd", "", key));
      return node;
    };
    const parts = [el("b", "", size.toLocaleString("en") + " selected")];
    const shown = SELECTION.ids.size;
    if (!SELECTION.all && SELECTION.total > shown) {
      parts.push(make("All " + SELECTION.total.toLocaleString("en") + " of this view", "", () => {
        SELECTION.all = true;
        selectionChanged();
      }, "Also those that are further down than the list shows"));
    }
    parts.push(make("Assign", "A", () => this.assignMany()), make("Label", "L", () => this.labelMany()),
      make("Snooze", "S", () => this.snooze()), make("Resolve", "E", () => this.bulk("resolve", {})),
      make("Reopen", "", () => this.bulk("reopen", {})), make("Mute", "B", () => this.silence()),
      make("Clear", "Esc", () => clearSelection()));
    return parts;
  }

  confirmParts(confirm) {
    const yes = button("plain-button strong", confirm.button, () => {
      clearSelection();
      this.fire({ what: "go" });
    });
    const no = button("plain-button", "Cancel", () => this.fire({ what: "stay" }));
    no.append(el("kbd", "", "Esc"));
    return [el("b", "", confirm.words), yes, no];
  }

  goingParts(run) {
    const bar = el("progress");
    bar.max = run.total;
    bar.value = run.done;
    bar.setAttribute("aria-label", run.words);
    return [el("b", "", run.words), bar];
  }

  toldParts(run) {
    const details = el("details");
    const list = el("ul");
    for (const [name, why] of run.failures) {
      const line = el("li", "", name + ": " + why);
      line.dir = "auto";
      list.append(line);
    }
    details.append(el("summary", "", "Which, and why"), list);
    const away = button("plain-button", "Close", () => { this.dismissedRun = run.id; this.paint(); });
    return [el("b", "", run.words), ...(run.failures.length ? [details] : []), away];
  }

  // -- undo -----------------------------------------------------------------------------------------------------------

  // Z means what was done last, also when the page does not show it yet: E and then Z at once must not take back what was
  // done before that. The button means what it says.
  takeBack() {
    if (this.taking) return;
    this.taking = true;
    this.fire({ what: "undo", id: "" });
  }

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
    clearTimeout(this.waiting);
    this.picker.end();
    document.removeEventListener("social-listener-opening", this.onOpening);
    document.removeEventListener("social-listener-selection", this.onSelection);
    document.removeEventListener("social-listener-bench", this.onBench);
    window.removeEventListener("keydown", this.onKey, true);
    BENCHES.delete(this.root);
  }
}

Object.assign(Bench.prototype, ORGANISE);

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
