// A list to pick from by typing, or a small form, in front of the page. While it is open no key reaches the page.
class Picker {
  constructor(root) {
    this.root = root;
    this.back = el("div", "backdrop");
    this.back.hidden = true;
    this.panel = el("div", "panel");
    this.panel.setAttribute("role", "dialog");
    this.panel.setAttribute("aria-modal", "true");
    this.back.append(this.panel);
    this.back.onmousedown = (event) => { if (event.target === this.back) this.close(); };
    root.append(this.back);
    this.onKey = (event) => this.key(event);
    window.addEventListener("keydown", this.onKey, true);
  }

  get isOpen() { return !this.back.hidden; }

  // `list`: { title, placeholder, items(), waits(), looks(), made(text), foot }; an item: { words, hint, colour, on, run }.
  // While `waits()` says that the items are still asked for, Enter is kept, and takes what is found first once they are
  // here. `looks()` says that there may be more; what is taken is what is seen.
  open(list) {
    this.show(list.title);
    this.list = list;
    this.at = 0;
    this.entered = false;
    this.input = el("input");
    this.input.type = "text";
    this.input.placeholder = list.placeholder || "Type to find";
    this.input.setAttribute("role", "combobox");
    this.input.setAttribute("aria-expanded", "true");
    this.input.setAttribute("aria-controls", "choices");
    this.input.setAttribute("aria-label", list.title);
    this.input.oninput = () => {
      this.at = 0;
      this.entered = false;
      this.paint();
    };
    this.choices = el("ul", "choices");
    this.choices.id = "choices";
    this.choices.setAttribute("role", "listbox");
    this.choices.setAttribute("aria-label", list.title);
    this.panel.append(this.input, this.choices, ...(list.foot || []));
    this.paint();
    this.input.focus();
  }

  // A form: nodes of the caller's own, the first field gets the focus.
  form(title, nodes) {
    this.show(title);
    this.list = null;
    this.panel.append(...nodes);
    const field = this.panel.querySelector("input, select, button:not(.close)");
    if (field) field.focus();
  }

  show(title) {
    if (!this.isOpen) this.before = deepFocus();
    this.back.hidden = false;
    this.enter = null; // what Enter does in a field of a form
    document.documentElement.dataset.picker = "1";
    this.panel.setAttribute("aria-label", title);
    const top = el("div", "title");
    const close = button("close", "×", () => this.close(), "Close (Esc)");
    close.setAttribute("aria-label", "Close");
    top.append(el("b", "", title), close);
    this.panel.replaceChildren(top);
  }

  close() {
    if (!this.isOpen) return;
    this.back.hidden = true;
    this.list = null;
    delete document.documentElement.dataset.picker;
    this.panel.replaceChildren();
    if (this.before && this.before.isConnected) this.before.focus({ preventScroll: true });
    this.before = null;
  }

  found() {
    const typed = this.input.value.trim();
    const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
    const items = this.list.items().filter((one) => words.every((word) => one.words.toLowerCase().includes(word)));
    items.sort((one, two) => begins(two, typed) - begins(one, typed));
    return typed && this.list.made ? [...items, ...this.list.made(typed)] : items;
  }

  get waits() { return Boolean(this.list.waits && this.list.waits()); }

  paint() {
    this.items = this.found();
    if (this.entered && !this.waits) {
      this.entered = false;
      if (this.items.length) return this.run(this.items[0]);
    }
    this.at = Math.max(0, Math.min(this.at, this.items.length - 1));
    this.choices.replaceChildren(...this.items.map((item, index) => this.choice(item, index)));
    if (!this.items.length) {
      const none = el("li", "none", this.waits || this.list.looks?.() ? "Looking …" : "Nothing of that name");
      none.setAttribute("role", "option");
      none.setAttribute("aria-disabled", "true");
      this.choices.append(none);
    }
    this.input.setAttribute("aria-activedescendant", this.items.length ? "choice-" + this.at : "");
    this.choices.children[this.at]?.scrollIntoView({ block: "nearest" });
  }

  // What is shown may have changed behind the list: it stays where it is, and on what is chosen.
  renew() {
    const looks = (items) => JSON.stringify(items.map(({ words, hint, colour, on }) => [words, hint, colour, on]));
    const [before, chosen, top] = [this.items, this.items[this.at]?.words, this.choices.scrollTop];
    const items = this.found();
    if (items.length && !this.entered && looks(items) === looks(before)) {
      this.items = items;
      return;
    }
    const place = items.findIndex((one) => one.words === chosen);
    if (place >= 0 && items[this.at]?.words !== chosen) this.at = place;
    this.paint();
    this.choices.scrollTop = top;
  }

  choice(item, index) {
    const node = el("li", "choice");
    node.id = "choice-" + index;
    node.setAttribute("role", "option");
    node.setAttribute("aria-selected", String(index === this.at));
    if (item.colour) node.append(swatch(item.colour));
    const words = el("span", "words", item.words);
    words.dir = "auto";
    node.append(words);
    if (item.on) node.append(icon("check"), el("span", "sr", "is on"));
    if (item.hint) node.append(el("span", "hint", item.hint));
    node.onclick = () => this.run(this.items[index]);
    return node;
  }

  run(item) {
    if (!item) return;
    if (!item.stays) this.close();
    item.run();
  }

  key(event) {
    if (!this.isOpen) return;
    event.stopImmediatePropagation();
    if (event.isComposing) return;
    if (event.key === "Escape") {
      event.preventDefault();
      this.close();
    } else if (event.key === "Tab") this.turn(event);
    else if (this.list && event.composedPath()[0] === this.input) this.listKey(event);
    else if (event.key === "Enter" && this.enter && event.composedPath()[0].tagName === "INPUT") {
      event.preventDefault();
      this.enter();
    }
  }

  listKey(event) {
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (by) {
      event.preventDefault();
      this.at += by;
      this.paint();
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (this.waits) this.entered = true;
      else this.run(this.items[this.at]);
    }
  }

  // The focus goes round within the panel.
  turn(event) {
    const fields = [...this.panel.querySelectorAll("button, input, select")].filter((one) => !one.disabled);
    const ends = event.shiftKey ? [fields[0], fields.at(-1)] : [fields.at(-1), fields[0]];
    if (event.composedPath()[0] !== ends[0]) return;
    event.preventDefault();
    ends[1].focus();
  }

  end() {
    this.close();
    window.removeEventListener("keydown", this.onKey, true);
  }
}

function begins(item, typed) {
  return Number(item.words.toLowerCase().startsWith(typed.toLowerCase()));
}

function swatch(colour) {
  const node = el("i", "swatch");
  node.style.background = colour;
  node.setAttribute("aria-hidden", "true");
  return node;
}

// What has the focus, however deep it lies in components.
function deepFocus() {
  let node = document.activeElement;
  while (node && node.shadowRoot && node.shadowRoot.activeElement) node = node.shadowRoot.activeElement;
  return node === document.body ? null : node;
}
