// What can be put into a text at the cursor: saved replies and emoji. What was typed stays.
const SAVED_FOOT = "↑ ↓ choose · Enter inserts · Esc goes back";

class Inserts {
  constructor(composer) {
    this.composer = composer;
    this.saved = new Finder("saved-replies", "Search saved replies", {
      foot: SAVED_FOOT,
      find: (words) => this.findSaved(words),
      draw: drawSaved,
      pick: (entry) => this.put(entry.text, entry),
      closed: () => this.back(),
    });
    this.emoji = new Finder("emoji", "Search emoji", {
      foot: "Arrows choose · Enter inserts · Esc goes back",
      step: 8,
      find: (words) => ({ entries: findEmoji(words), told: "" }),
      draw: (entry, node) => {
        node.textContent = entry[0];
        node.title = entry[1];
        node.setAttribute("aria-label", entry[1]);
      },
      pick: (entry) => this.put(entry[0]),
      closed: () => this.back(),
    });
    this.tools = el("span", "tools");
    this.savedButton = withIcon(button("tool", "Saved replies", () => this.open(this.saved), "Saved replies: press I, or type ; at the start of a word"), "saved");
    this.savedButton.append(el("kbd", "", "I"));
    this.emojiButton = withIcon(button("tool", "", () => this.open(this.emoji), "Emoji (Ctrl .)"), "smile");
    this.emojiButton.setAttribute("aria-label", "Emoji");
    const macros = withIcon(button("tool", "Macros", () => document.dispatchEvent(new CustomEvent("social-listener-macros")), "Macros: several actions at once (M)"), "bolt");
    macros.append(el("kbd", "", "M"));
    this.tools.append(this.savedButton, macros, this.emojiButton);
  }

  nodes() {
    return [this.saved.node, this.emoji.node];
  }

  // `area` is what the cursor stands in; a ";" that asked for the list is replaced by what is picked.
  open(picker, trigger = "", words = "") {
    if (this.composer.held || this.composer.sending) return;
    const { area, slot, mode } = this.composer.writing();
    Object.assign(this, { area, slot, mode, trigger });
    if (picker === this.saved && mode === "note") return;
    picker.show(words);
  }

  paint() {
    this.savedButton.hidden = this.composer.mode === "note";
  }

  typed(event, area) {
    if (event?.inputType !== "insertText" || event.data !== ";" || this.composer.mode === "note") return;
    const before = area.value.slice(0, area.selectionStart - 1);
    if (area.value[area.selectionStart - 1] === ";" && (!before || /\s$/.test(before))) this.open(this.saved, ";");
  }

  async findSaved(words) {
    const { data, drafts } = this.composer;
    const asked = new URLSearchParams({ staff: drafts.staff, item: data.item, mode: this.mode, q: words });
    const answer = await fetch("/saved-replies?" + asked, { credentials: "same-origin" });
    const body = await answer.json().catch(() => ({}));
    if (!answer.ok) throw new Error(body.error || "Saved replies could not be read just now.");
    const none = body.any ? "No saved reply fits here" + (words.trim() ? " with these words." : ".") : "There are no saved replies yet. The page Library holds them.";
    const around = this.slot.text.trim() ? this.slot.used : 0;
    for (const one of body.offers) {
      const whole = one.used + around;
      one.fits = one.used + " / " + one.limit;
      if (around && one.used <= one.limit && whole > one.limit) one.warnings.push("Together with what you wrote it is " + (whole - one.limit) + " too long.");
    }
    return { entries: body.offers, told: body.offers.length ? "" : none };
  }

  back() {
    this.area.focus();
  }

  // By the browser's own command where there is one, so that Ctrl+Z takes it back.
  put(text, saved) {
    const { area, slot } = this;
    if (this.composer.writing(area).slot !== slot) return;
    area.focus();
    let at = area.selectionStart;
    if (this.trigger && area.value.slice(at - 1, at) === this.trigger) area.setSelectionRange(at - 1, area.selectionEnd);
    at = area.selectionStart;
    const gap = saved && at && !/\s$/.test(area.value.slice(0, at)) ? " " : "";
    if (saved) slot.saved = { id: saved.id, text };
    if (!document.execCommand("insertText", false, gap + text)) {
      area.setRangeText(gap + text, at, area.selectionEnd, "end");
      area.dispatchEvent(new InputEvent("input"));
    }
  }
}

function drawSaved(entry, node, active) {
  const head = el("div", "head");
  head.append(el("b", "", entry.name));
  if (entry.folder) head.append(el("span", "quiet", entry.folder));
  if (entry.languageName) head.append(el("span", entry.speaks ? "chip green" : "chip", entry.languageName));
  if (entry.own) head.append(el("span", "chip", "Yours"));
  head.append(el("span", entry.used > entry.limit ? "size over" : "size", entry.fits));
  node.append(head);
  if (entry.why) node.append(el("div", "reason", entry.why));
  const text = el("div", active ? "whole" : "line", entry.text);
  text.dir = "auto";
  if (entry.language) text.lang = entry.language;
  node.append(text);
  for (const words of entry.warnings) node.append(el("div", "warning", words));
}
