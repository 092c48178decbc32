// A private follow-up below a public answer: two texts, two boxes, two readers, handed over in one go. Each box knows one
// draft only, the public one that of the public reply, this one that of the private message; no text goes from one to the other.
class FollowUp {
  constructor(composer) {
    this.composer = composer;
    this.wanted = new Set(); // conversations in which it is open
    this.toggle = withIcon(button("tool", undefined, () => this.flip(), "A private message that follows the public answer (F)"), "lock");
    this.label = el("span", "name");
    this.toggle.append(this.label, el("kbd", "", "F"));
    this.node = el("div", "follow");
    this.reader = el("div", "reader");
    this.reader.id = "follow-reader";
    this.area = el("textarea");
    this.area.rows = 2;
    this.area.dir = "auto";
    this.area.spellcheck = true;
    this.area.setAttribute("aria-describedby", "follow-reader");
    this.left = el("span", "left");
    this.node.append(this.reader, this.area, this.left);
    this.area.oninput = (event) => this.typed(event);
    this.area.onkeydown = (event) => composer.areaKey(event);
    this.area.onfocus = () => { composer.last = this.area; };
  }

  option() {
    return this.composer.option("private");
  }

  possible() {
    // A proposal is one text: what needs approval goes alone.
    return this.composer.mode === "public" && !this.composer.data.approval && Boolean(this.option()?.ok);
  }

  get active() {
    return this.possible() && this.wanted.has(this.composer.id);
  }

  slot() {
    return this.composer.drafts.of(this.composer.id, "private");
  }

  flip() {
    if (!this.possible() || this.composer.sending) return;
    if (this.active) this.wanted.delete(this.composer.id);
    else this.wanted.add(this.composer.id);
    this.composer.paint();
    (this.active ? this.area : this.composer.area).focus();
  }

  paint() {
    this.toggle.hidden = !this.possible();
    this.toggle.setAttribute("aria-pressed", String(this.active));
    this.toggle.setAttribute("aria-label", "Private message that follows");
    this.label.textContent = this.active ? "Without private message" : "And a private message";
    this.node.hidden = !this.active;
    if (!this.active) return;
    const option = this.option();
    this.reader.replaceChildren(icon("lock"), el("span", "", option.reader + " It leaves once the public answer is there."));
    this.area.setAttribute("aria-label", "Private message that follows. " + option.reader);
    this.area.placeholder = option.placeholder;
    this.area.lang = this.composer.data.language || "";
    this.show();
    this.count();
  }

  show() {
    const text = this.slot().text;
    if (this.area.value !== text) this.area.value = text;
    this.area.style.height = "auto";
    this.area.style.height = Math.min(this.area.scrollHeight, Math.round(window.innerHeight * 0.2)) + "px";
  }

  count() {
    const { used, limit } = this.slot();
    const left = limit === null ? 0 : limit - used;
    this.left.className = "left" + (left < 0 ? " over" : "");
    this.left.textContent = left < 0 ? -left + " characters too many" : limit === null ? "" : used + " / " + limit;
    this.area.readOnly = Boolean(this.composer.sending || this.composer.held);
  }

  typed(event) {
    this.composer.drafts.save(this.composer.slot());
    this.composer.drafts.edit(this.slot(), this.area.value);
    this.show();
    this.composer.paintCounter();
    this.composer.inserts.typed(event, this.area);
  }

  // What keeps both from going: "" is nothing.
  get fault() {
    const { text, used, limit } = this.slot();
    const fault = this.composer.attach.fault("private", text);
    if (fault) return fault;
    return !this.composer.begun(this.slot()) ? "The private message is empty." : limit !== null && used > limit ? "The private message is too long." : "";
  }
}
