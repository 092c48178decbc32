// Writing a reply or a note. The text lives here, in the page, and is saved on the server while it is typed; what the
// server sends later never replaces text that is being written. One nonce stands for one composed text, so that a
// second click sends nothing twice.
const COMPOSERS = new WeakMap();
const SAVE_AFTER = 350;
const RETRY_AFTER = 3000;
const ANSWER_WITHIN = 20000;

class Composer {
  constructor(root) {
    this.root = root;
    this.texts = new Map(); // "conversation mode" → { text, nonce, dirty, written, used, limit }
    this.modes = new Map(); // conversation → mode
    this.accounts = new Map(); // conversation → the account it belongs to
    this.seen = new Map(); // conversation → { version, said }: what was read when the text was begun
    this.sending = null;
    this.saving = Promise.resolve();
    this.build();
    this.onKey = (event) => this.pageKey(event);
    this.onLeave = () => this.flush();
    document.addEventListener("keydown", this.onKey);
    window.addEventListener("pagehide", this.onLeave);
    document.addEventListener("visibilitychange", this.onLeave);
  }

  build() {
    this.banner = el("div");
    this.switch = el("div", "switch");
    this.switch.setAttribute("role", "radiogroup");
    this.switch.setAttribute("aria-label", "Who will read this");
    this.reader = el("div", "reader");
    this.reader.id = "reader";
    this.area = el("textarea");
    this.area.rows = 2;
    this.area.dir = "auto";
    this.area.setAttribute("aria-describedby", "reader");
    this.area.oninput = () => this.typed();
    this.area.onkeydown = (event) => this.areaKey(event);
    this.saved = el("span", "saved");
    this.saved.setAttribute("role", "status");
    this.left = el("span", "left");
    this.send = button("send", undefined, () => this.submit());
    const actions = el("div", "actions");
    actions.append(this.saved, this.left, this.send);
    const box = el("div", "box");
    box.append(this.switch, this.reader, this.area, actions);
    this.why = el("div", "why");
    this.root.append(this.banner, box, this.why);
  }

  slot(mode = this.mode) {
    const key = this.id + " " + mode;
    if (!this.texts.has(key)) this.texts.set(key, { text: "", nonce: "", dirty: false, written: new Set(), used: 0, limit: null });
    return this.texts.get(key);
  }

  option(mode = this.mode) {
    return this.data.modes.find((one) => one.mode === mode);
  }

  update(data, setTriggerValue) {
    if (this.id && this.id !== data.id) this.flush();
    const changed = this.id !== data.id;
    this.data = data;
    this.id = data.id;
    this.accounts.set(data.id, data.account);
    this.trigger = setTriggerValue;
    this.settle();
    for (const option of data.modes) this.adopt(option);
    const chosen = this.modes.get(this.id);
    const usable = data.modes.find((one) => one.mode === chosen && one.ok);
    this.mode = usable ? chosen : data.mode;
    this.modes.set(this.id, this.mode);
    if (changed || !this.seen.has(this.id) || !this.slot().text.trim()) this.markSeen();
    this.paint(changed);
  }

  // The server's draft is taken when it belongs to another text (a new nonce), or when it was changed elsewhere, such as
  // a reply that was taken back, while nothing here waits to be saved. What was written here is only an echo.
  adopt(option) {
    const slot = this.slot(option.mode);
    slot.limit = option.limit;
    if (slot.dirty && slot.text) {
      slot.nonce = option.nonce;
    } else if (slot.nonce !== option.nonce || !slot.written.has(option.text)) {
      Object.assign(slot, { text: option.text, nonce: option.nonce, used: option.used, dirty: false });
      slot.written.add(option.text);
    }
  }

  markSeen() {
    this.seen.set(this.id, { version: this.data.version, said: new Set(this.data.said.map((line) => line.id)) });
  }

  unseen() {
    const seen = this.seen.get(this.id);
    return this.data.said.filter((line) => !seen.said.has(line.id));
  }

  // Has the answer to a send come? Done: the text went into the outbox. Refused: it did not, and it is kept.
  settle() {
    const sending = this.sending;
    if (!sending) return;
    const { done, refusal } = this.data;
    const went = done && done.nonce === sending.nonce && done.at !== sending.doneBefore;
    const refused = refusal && refusal.nonce === sending.nonce && refusal.at !== sending.refusedBefore;
    if (!went && !refused) return;
    clearTimeout(sending.timer);
    this.sending = null;
    if (!went) return;
    const slot = this.texts.get(sending.key);
    Object.assign(slot, { text: "", dirty: false, used: 0, written: new Set() });
    if (sending.id === this.id) this.area.blur();
    if (sending.key.endsWith(" note")) this.modes.delete(sending.id);
  }

  paint(changed) {
    const option = this.option();
    const slot = this.slot();
    this.root.dataset.mode = this.mode;
    this.paintSwitch();
    this.reader.replaceChildren(icon(option.icon), el("span", "", option.reader));
    this.area.setAttribute("aria-label", option.label + ". " + option.reader);
    this.area.placeholder = option.placeholder;
    if (this.area.value !== slot.text) this.area.value = slot.text;
    if (changed) this.say("");
    this.grow();
    this.paintCounter();
    this.paintBanner();
    this.why.replaceChildren(...this.reasons());
  }

  paintSwitch() {
    const drawn = JSON.stringify([this.mode, this.data.modes.map((one) => [one.mode, one.label, one.ok])]);
    if (this.switch.dataset.drawn === drawn) return;
    this.switch.dataset.drawn = drawn;
    const held = this.switch.contains(this.root.getRootNode().activeElement);
    this.switch.replaceChildren(...this.data.modes.map((one) => {
      const node = withIcon(button("", one.label, () => this.choose(one.mode), one.because), one.icon);
      node.setAttribute("role", "radio");
      node.setAttribute("aria-checked", String(one.mode === this.mode));
      node.tabIndex = one.mode === this.mode ? 0 : -1;
      node.disabled = !one.ok;
      node.dataset.mode = one.mode;
      node.onkeydown = (event) => this.switchKey(event);
      return node;
    }));
    if (held) this.switch.querySelector("[aria-checked=true]")?.focus();
  }

  switchKey(event) {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    const usable = this.data.modes.filter((one) => one.ok);
    const at = usable.findIndex((one) => one.mode === this.mode);
    this.choose(usable[(at + by + usable.length) % usable.length].mode);
  }

  choose(mode) {
    if (this.sending) return;
    this.save();
    this.mode = mode;
    this.modes.set(this.id, mode);
    this.paint(false);
    this.measure();
  }

  reasons() {
    const parts = [];
    const option = this.option();
    if (option.because && option.ok && option.mode !== "note") parts.push(option.because);
    if (option.until) parts.push("Possible until " + moment(option.until) + ".");
    const refused = this.data.refused;
    for (const line of refused) parts.push(line);
    const nodes = [];
    for (const part of parts) nodes.push(el("div", "", part));
    return nodes;
  }

  paintCounter() {
    const slot = this.slot();
    const option = this.option();
    const empty = !slot.text.trim();
    const left = slot.limit === null ? null : slot.limit - slot.used;
    this.left.className = "left" + (left !== null && left < 0 ? " over" : left !== null && left <= 20 ? " few" : "");
    if (left === null) this.left.textContent = "";
    else if (left < 0) this.left.textContent = -left + (left === -1 ? " character too many" : " characters too many");
    else this.left.textContent = slot.used + " / " + slot.limit;
    const waiting = Boolean(this.sending);
    const blocked = this.unseen().length > 0 && !empty;
    this.send.disabled = waiting || empty || !option.ok || (left !== null && left < 0) || blocked;
    const words = waiting ? "Handing over …" : option.button;
    this.send.replaceChildren(icon(option.icon), el("span", "", words), el("kbd", "", waiting ? "" : "Ctrl ↵"));
    this.area.readOnly = waiting;
  }

  paintBanner() {
    const parts = [];
    const refusal = this.data.refusal;
    const slot = this.slot();
    const news = slot.text.trim() && !this.sending ? this.unseen() : [];
    if (refusal && refusal.mode === this.mode && refusal.nonce === slot.nonce && refusal.at !== this.dismissed && !this.sending) {
      const node = el("div", "banner bad");
      node.append(el("b", "", "Not sent. Your text is kept."), el("span", "", refusal.words));
      if (refusal.conflict) node.append(el("br"), button("plain-button", "I have read it, send my text", () => {
        this.dismissed = refusal.at;
        this.markSeen();
        this.submit();
      }));
      node.append(button("plain-button", "Close", () => {
        this.dismissed = refusal.at;
        this.paintBanner();
      }));
      parts.push(node);
    }
    if (news.length) {
      const node = el("div", "banner");
      node.append(el("b", "", news.some((line) => line.ours) ? "A reply was given meanwhile" : "They wrote again meanwhile"));
      for (const line of news.slice(-3)) node.append(el("q", "", line.name + ": " + (line.text || "(no words)")));
      node.append(button("plain-button", "Read it, go on with my text", () => {
        this.markSeen();
        this.paint(false);
        this.area.focus();
      }));
      parts.push(node);
    }
    const drawn = parts.map((node) => node.textContent).join("|");
    if (this.banner.dataset.drawn === drawn) return;
    this.banner.dataset.drawn = drawn;
    this.banner.setAttribute("role", "status");
    this.banner.replaceChildren(...parts);
  }

  grow() {
    this.area.style.height = "auto";
    this.area.style.height = Math.min(this.area.scrollHeight, Math.round(window.innerHeight * 0.3)) + "px";
  }

  typed() {
    const slot = this.slot();
    slot.text = this.area.value;
    slot.dirty = true;
    if (slot.text && slot.text.length === 1) this.markSeen();
    this.grow();
    this.paintCounter();
    this.paintBanner();
    this.say("");
    clearTimeout(this.saveTimer);
    this.saveTimer = setTimeout(() => this.save(), SAVE_AFTER);
  }

  // Save the text of the mode in view. The answer carries its length by the channel's own rule.
  save() {
    clearTimeout(this.saveTimer);
    const key = this.id + " " + this.mode;
    const slot = this.slot();
    if (slot.dirty) this.saving = this.put(key, this.id, this.mode, slot);
    return this.saving;
  }

  async put(key, id, mode, slot) {
    const text = slot.text;
    const nonce = slot.nonce;
    slot.written.add(text);
    try {
      const answer = await fetch(this.address(id, mode), this.request(text, nonce));
      const body = await answer.json().catch(() => ({}));
      if (!answer.ok && answer.status !== 409) throw new Error(body.error || "");
      if (answer.status === 409) return; // sent or changed elsewhere: the next update brings what stands now
      if (slot.text === text) slot.dirty = false;
      slot.used = body.used;
      slot.limit = body.limit;
      if (this.id === id && this.mode === mode) {
        this.paintCounter();
        this.say(text && !slot.dirty ? "Draft saved" : "");
      }
    } catch (error) {
      if (this.id === id && this.mode === mode) this.say(error.message || "Draft not saved yet – trying again", true);
      clearTimeout(this.saveTimer);
      this.saveTimer = setTimeout(() => this.put(key, id, mode, slot), RETRY_AFTER);
    }
  }

  address(id, mode) {
    return "/drafts/" + encodeURIComponent(id) + "/" + mode + "?staff=" + encodeURIComponent(this.data.staff) +
      "&account=" + encodeURIComponent(this.accounts.get(id));
  }

  request(text, nonce) {
    return {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ text, nonce }),
      keepalive: text.length < 15000,
      credentials: "same-origin",
    };
  }

  measure() {
    const slot = this.slot();
    if (slot.text && slot.limit !== null) {
      slot.dirty = true;
      this.save();
    }
  }

  // The page is being left, or another conversation is shown: what is not saved goes out now.
  flush() {
    clearTimeout(this.saveTimer);
    for (const [key, slot] of this.texts) {
      if (!slot.dirty || (this.sending && this.sending.key === key)) continue;
      const cut = key.lastIndexOf(" ");
      this.put(key, key.slice(0, cut), key.slice(cut + 1), slot);
    }
  }

  async submit() {
    const slot = this.slot();
    this.paintCounter();
    if (this.sending || this.send.disabled || !slot.text.trim()) return;
    const mode = this.mode;
    const { done, refusal } = this.data;
    const sending = { id: this.id, key: this.id + " " + mode, nonce: slot.nonce, doneBefore: done?.at, refusedBefore: refusal?.at };
    this.sending = sending;
    this.paint(false);
    clearTimeout(this.saveTimer);
    await Promise.race([this.saving, new Promise((go) => setTimeout(go, 1500))]);
    sending.timer = setTimeout(() => this.unanswered(sending), ANSWER_WITHIN);
    const value = { conversation: sending.id, item: this.data.item, mode, text: slot.text, nonce: slot.nonce, seen: this.seen.get(this.id).version };
    this.trigger("send", value);
  }

  unanswered(sending) {
    if (this.sending !== sending) return;
    this.sending = null;
    this.paint(false);
    this.say("No answer yet. The text is kept; sending again cannot send it twice.", true);
  }

  say(words, bad) {
    this.saved.textContent = words;
    this.saved.className = bad ? "saved bad" : "saved";
  }

  areaKey(event) {
    if (event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      event.stopPropagation();
      this.submit();
    } else if (event.key === "Escape") this.area.blur();
  }

  pageKey(event) {
    if (!plainKey(event) || typing(event) || dialogOpen()) return;
    if (event.key === "r" || event.key === "n") {
      event.preventDefault();
      if (event.key === "n" && this.option("note")) this.choose("note");
      if (event.key === "r" && this.mode === "note") this.choose(this.data.mode);
      this.area.focus();
      this.area.setSelectionRange(this.area.value.length, this.area.value.length);
    }
  }

  end() {
    this.flush();
    document.removeEventListener("keydown", this.onKey);
    window.removeEventListener("pagehide", this.onLeave);
    document.removeEventListener("visibilitychange", this.onLeave);
    COMPOSERS.delete(this.root);
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  let composer = COMPOSERS.get(root);
  if (!composer) {
    composer = new Composer(root);
    COMPOSERS.set(root, composer);
  }
  composer.update(data, setTriggerValue);
  return () => composer.end();
}
