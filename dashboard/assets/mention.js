// Naming a colleague in a note: "@" opens a list; what is picked is written out as their name.
class Mention {
  constructor(area, box, changed) {
    this.area = area;
    this.names = [];
    this.on = false;
    this.changed = changed;
    this.list = el("ul", "mentions");
    this.list.id = "mentions";
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", "Colleagues");
    this.list.hidden = true;
    box.append(this.list);
  }

  // The "@" that is being written, with what stands behind it, up to the cursor.
  begun() {
    const before = this.area.value.slice(0, this.area.selectionStart);
    const found = /(^|[\s(])@([^@\n]{0,40})$/u.exec(before);
    return found ? { at: before.length - found[2].length - 1, words: found[2].toLowerCase() } : null;
  }

  look() {
    const begun = this.on && this.area.selectionStart === this.area.selectionEnd ? this.begun() : null;
    const fitting = begun && begun.at !== this.dismissed
      ? this.names.filter((name) => name.toLowerCase().split(" ").some((part) => part.startsWith(begun.words)) || name.toLowerCase().startsWith(begun.words))
      : [];
    if (!begun) this.dismissed = null;
    const whole = begun && this.names.some((name) => name.toLowerCase() === begun.words);
    if (!fitting.length || whole) return this.close();
    const same = JSON.stringify(fitting) === JSON.stringify(this.fitting);
    this.fitting = fitting;
    if (!same || this.list.hidden) this.chosen = 0;
    this.at = begun.at;
    this.list.hidden = false;
    this.paint();
  }

  paint() {
    this.list.replaceChildren(...this.fitting.map((name, index) => {
      const node = el("li", index === this.chosen ? "chosen" : "", name);
      node.id = "mention-" + index;
      node.setAttribute("role", "option");
      node.setAttribute("aria-selected", String(index === this.chosen));
      node.onmousedown = (event) => {
        event.preventDefault();
        this.pick(index);
      };
      return node;
    }));
    this.area.setAttribute("aria-controls", "mentions");
    this.area.setAttribute("aria-activedescendant", "mention-" + this.chosen);
  }

  // Returns whether the key was for the list.
  key(event) {
    if (this.list.hidden || event.ctrlKey || event.metaKey || event.altKey) return false;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) {
      this.chosen = (this.chosen + by + this.fitting.length) % this.fitting.length;
      this.paint();
    } else if (event.key === "Enter" || event.key === "Tab") this.pick(this.chosen);
    else if (event.key === "Escape") {
      this.dismissed = this.at;
      this.close();
    } else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  pick(index) {
    const { value, selectionStart } = this.area;
    const name = "@" + this.fitting[index] + " ";
    this.close();
    this.area.value = value.slice(0, this.at) + name + value.slice(selectionStart).replace(/^ /, "");
    this.area.focus();
    this.area.setSelectionRange(this.at + name.length, this.at + name.length);
    this.changed();
  }

  close() {
    this.list.hidden = true;
    this.area.removeAttribute("aria-activedescendant");
    this.area.removeAttribute("aria-controls");
  }
}
