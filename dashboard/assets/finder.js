// A list to pick from by typing, above the composer: saved replies, emoji. What was typed in the composer is left alone;
// Esc goes back to it. Nothing of it is a dialog, so that shortcuts of the page stay as they are.
class Finder {
  // `find(words)` gives the entries, or throws what to say; `draw(entry, node, active)` fills a row; `pick(entry)` takes it.
  constructor(id, label, options) {
    Object.assign(this, options);
    this.node = el("div", "finder " + id);
    this.node.hidden = true;
    this.input = el("input");
    this.input.type = "search";
    this.input.placeholder = label;
    for (const [name, value] of Object.entries({ role: "combobox", "aria-label": label, "aria-expanded": "true",
      "aria-controls": id + "-list", "aria-autocomplete": "list", autocomplete: "off", spellcheck: "false" })) this.input.setAttribute(name, value);
    this.list = el("div", "list");
    this.list.id = id + "-list";
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", label);
    this.told = el("div", "told");
    this.told.setAttribute("role", "status");
    this.foot = el("div", "foot", options.foot);
    this.node.append(this.input, this.told, this.list, this.foot);
    this.input.oninput = () => this.search(120);
    this.input.onkeydown = (event) => this.key(event);
    this.node.addEventListener("focusout", (event) => {
      if (!this.node.contains(event.relatedTarget)) this.close(false);
    });
  }

  get open() {
    return !this.node.hidden;
  }

  show(words = "") {
    this.node.hidden = false;
    this.entries = [];
    this.list.replaceChildren();
    this.input.value = words;
    this.input.focus();
    this.search(0);
  }

  close(back = true) {
    if (!this.open) return;
    clearTimeout(this.timer);
    this.asked = null;
    this.node.hidden = true;
    if (back) this.closed();
  }

  search(after) {
    clearTimeout(this.timer);
    this.timer = setTimeout(async () => {
      const asked = (this.asked = {});
      try {
        const { entries, told } = await this.find(this.input.value);
        if (this.asked === asked) this.paint(entries, told);
      } catch (error) {
        if (this.asked === asked) this.paint([], error.message || "This could not be read just now.");
      }
    }, after);
  }

  paint(entries, told) {
    this.entries = entries;
    this.at = 0;
    this.told.textContent = told || "";
    this.list.replaceChildren(...entries.map((entry, number) => {
      const node = el("div", "entry");
      node.id = this.list.id + "-" + number;
      node.setAttribute("role", "option");
      node.onmousedown = (event) => event.preventDefault();
      node.onclick = () => this.take(entry);
      node.onmousemove = () => this.at !== number && this.mark(number);
      return node;
    }));
    this.mark(0);
  }

  mark(number) {
    this.at = Math.max(0, Math.min(number, this.entries.length - 1));
    [...this.list.children].forEach((node, place) => {
      const active = place === this.at;
      if (node.getAttribute("aria-selected") === String(active)) return;
      node.setAttribute("aria-selected", String(active));
      node.replaceChildren();
      this.draw(this.entries[place], node, active);
    });
    const chosen = this.list.children[this.at];
    if (chosen) {
      this.input.setAttribute("aria-activedescendant", chosen.id);
      this.reveal(chosen);
    } else this.input.removeAttribute("aria-activedescendant");
  }

  // scrollIntoView would scroll the pane around the composer too, and cut off what stands below.
  reveal(node) {
    const [list, box] = [this.list.getBoundingClientRect(), node.getBoundingClientRect()];
    this.list.scrollTop += Math.min(0, box.top - list.top) + Math.max(0, box.bottom - list.bottom);
  }

  key(event) {
    if (event.isComposing) return;
    const step = { ArrowDown: this.step || 1, ArrowUp: -(this.step || 1) }[event.key] || (this.step && { ArrowRight: 1, ArrowLeft: -1 }[event.key]);
    if (step) this.mark(this.at + step);
    else if (event.key === "Enter" && this.entries.length) this.take(this.entries[this.at]);
    else if (event.key === "Escape") this.close();
    else if (event.key !== "Enter") return;
    event.preventDefault();
    event.stopPropagation();
  }

  take(entry) {
    this.close(false);
    this.pick(entry);
  }
}
