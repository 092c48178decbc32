// Macros: picked by typing, shown with exactly what they will do, run as one and taken back as one.
const MACROS = new WeakMap();

class Macros {
  constructor(root) {
    this.root = root;
    this.finder = new Finder("macros", "Search macros", {
      foot: "↑ ↓ choose · Enter runs it · Esc goes back",
      find: (words) => this.find(words),
      draw: drawPlan,
      pick: (plan) => this.run(plan),
      closed: () => this.before?.focus?.(),
    });
    this.bar = el("div", "ran");
    this.bar.setAttribute("role", "status");
    root.append(this.finder.node, this.bar);
    this.onKey = (event) => {
      if (event.key !== "m" || !plainKey(event) || typing(event) || dialogOpen()) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      this.open();
    };
    this.onAsk = () => this.open();
    window.addEventListener("keydown", this.onKey, true);
    document.addEventListener("social-listener-macros", this.onAsk);
  }

  update(data, setTriggerValue) {
    if (this.data && this.data.conversation !== data.conversation) this.finder.close(false);
    this.data = data;
    this.fire = (wish) => setTriggerValue("do", { ...wish, at: Date.now() });
    this.paint();
  }

  open() {
    if (!this.data.conversation) return;
    this.before = document.activeElement;
    this.plans = null;
    this.finder.show();
  }

  async find(words) {
    if (!this.plans) {
      const { staff, item, version } = this.data;
      const answer = await fetch("/macros?" + new URLSearchParams({ staff, item }), { credentials: "same-origin" });
      const body = await answer.json().catch(() => ({}));
      if (!answer.ok) throw new Error(body.error || "Macros could not be read just now.");
      this.plans = body.plans.map((plan) => ({ ...plan, item, seen: version }));
    }
    const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
    const entries = this.plans.filter((plan) => wanted.every((word) => plan.name.toLowerCase().includes(word)));
    return { entries, told: entries.length ? "" : this.plans.length ? "No macro has these words." : "There are no macros yet. The page Library holds them." };
  }

  run(plan) {
    if (plan.possible) this.fire({ what: "run", macro: plan.id, version: plan.version, item: plan.item, seen: plan.seen });
    else this.finder.closed();
  }

  paint() {
    const { ran } = this.data;
    const drawn = JSON.stringify(ran);
    if (this.bar.dataset.drawn === drawn) return;
    this.bar.dataset.drawn = drawn;
    this.bar.hidden = !ran;
    this.bar.replaceChildren();
    if (!ran) return;
    const words = el("div", "words");
    words.append(el("b", "", ran.name + ": "), el("span", "", ran.words));
    for (const line of ran.failed) words.append(el("div", "problem-line", "Not done – " + line));
    this.bar.append(words);
    if (ran.undo) this.bar.append(button("plain-button undo", "Undo all of it", (event) => {
      event.target.disabled = true;
      this.fire({ what: "undo", run: ran.id });
    }, "Z takes it back too, while it is what you did last"));
    const away = button("away", "×", () => this.fire({ what: "close" }), "Close this");
    away.setAttribute("aria-label", "Close this");
    this.bar.append(away);
  }

  end() {
    window.removeEventListener("keydown", this.onKey, true);
    document.removeEventListener("social-listener-macros", this.onAsk);
    MACROS.delete(this.root);
  }
}

function drawPlan(plan, node, active) {
  const head = el("div", "head");
  head.append(el("b", "", plan.name));
  if (plan.own) head.append(el("span", "chip", "Yours"));
  const not = plan.steps.filter((step) => step.problem).length;
  if (not) head.append(el("span", "chip amber", plan.possible ? not + " of " + plan.steps.length + " not possible here" : "Not possible here"));
  node.append(head);
  if (!active) {
    node.append(el("div", "line", plan.steps.map((step) => step.words).join(" · ")));
    return;
  }
  const list = el("ol");
  for (const step of plan.steps) {
    const line = el("li", step.problem ? "not" : "");
    line.append(el("span", "step", step.words));
    if (step.problem) line.append(el("span", "warning", " Not done: " + step.problem));
    else if (step.text) {
      const text = el("div", "whole", step.text);
      text.dir = "auto";
      line.append(text);
    }
    list.append(line);
  }
  node.append(list);
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  let macros = MACROS.get(root);
  if (!macros) {
    macros = new Macros(root);
    MACROS.set(root, macros);
  }
  macros.update(data, setTriggerValue);
  return () => macros.end();
}
