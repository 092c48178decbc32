// Writing a reply or a note: who will read it, how long it may be, and sending it once. Drafts keeps the texts.
const COMPOSERS = new WeakMap();
const ANSWER_WITHIN = 20000;
const HOLD_FOR = 4000;

class Composer {
  constructor(root) {
    this.root = root;
    this.drafts = new Drafts((slot, words, bad) => this.saved(slot, words, bad));
    this.modes = new Map(); // conversation → mode
    this.seen = new Map(); // conversation → { version, said }: what was read when the text was begun
    this.sending = null;
    this.inserts = new Inserts(this);
    this.follow = new FollowUp(this);
    this.build();
    this.takeOver();
    this.onLeave = () => this.drafts.flush(this.sending?.slot, this.sending?.follow);
    this.onOpening = (event) => this.hold(event.detail);
    document.addEventListener("social-listener-opening", this.onOpening);
    this.onKey = (event) => this.keep(event) || this.pageKey(event);
    window.addEventListener("keydown", this.onKey, true);
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
    this.area.spellcheck = true;
    this.area.onfocus = () => { this.last = this.area; };
    this.area.setAttribute("aria-describedby", "reader");
    this.area.oninput = (event) => {
      this.typed();
      this.inserts.typed(event, this.area);
    };
    this.area.onkeydown = (event) => this.areaKey(event);
    this.area.onblur = () => {
      this.mention.close();
      tellTyping("");
      if (this.root.isConnected) this.cursor = null;
    };
    this.area.onselect = this.area.onkeyup = () => {
      this.cursor = [this.area.selectionStart, this.area.selectionEnd];
      this.mention.look();
    };
    this.status = el("span", "saved");
    this.status.setAttribute("role", "status");
    this.left = el("span", "left");
    this.send = button("send", undefined, () => this.submit());
    const actions = el("div", "actions");
    this.ask = withIcon(button("plain-button ask", undefined, () => this.submit(true), "Ask for approval: a colleague reads it before it is sent"), "person");
    this.ask.setAttribute("aria-label", "Ask for approval");
    this.ask.append(el("span", "", "Ask for approval"), el("kbd", "", "Alt ↵"));
    actions.append(this.inserts.tools, this.status, this.left, this.ask, this.send);
    const box = el("div", "box");
    box.append(this.switch, this.reader, this.area);
    this.mention = new Mention(this.area, box, () => this.typed());
    this.attach = new Attach(this, box);
    this.inserts.tools.append(this.attach.tool, this.attach.input, this.follow.toggle);
    box.append(this.follow.node, this.attach.node, actions);
    this.why = button("why", undefined, () => this.unfold(this.why.getAttribute("aria-expanded") !== "true"));
    this.unfold(false);
    this.root.append(this.banner, ...this.inserts.nodes(), box, this.why);
  }

  // After a lost connection the page may build the composer anew: texts, modes and the cursor go on where they were.
  takeOver() {
    const left = window.socialListenerComposer;
    if (!left) return;
    Object.assign(this, { modes: left.modes, seen: left.seen });
    this.drafts.slots = left.slots;
    if (left.cursor && Date.now() - left.at < HOLD_FOR) this.resume = left;
  }

  handOver() {
    const cursor = this.root.getRootNode().activeElement === this.area ? [this.area.selectionStart, this.area.selectionEnd] : this.cursor;
    const { modes, seen } = this;
    window.socialListenerComposer = { id: this.id, cursor, modes, seen, slots: this.drafts.slots, at: Date.now() };
  }

  slot() {
    return this.drafts.of(this.id, this.mode);
  }

  // Is there something to send: a text, or a picture that goes without one?
  begun(slot = this.slot()) {
    return Boolean(slot.text.trim()) || this.attach.carries(slot.mode);
  }

  // The text that the cursor stands in, or stood in last.
  writing(area = this.last) {
    const follows = area === this.follow.area && this.follow.active;
    return follows ? { area, slot: this.follow.slot(), mode: "private" } : { area: this.area, slot: this.slot(), mode: this.mode };
  }

  option(mode = this.mode) {
    return this.data.modes.find((one) => one.mode === mode);
  }

  update(data, setTriggerValue) {
    const changed = this.id !== data.id || this.drafts.staff !== data.staff;
    if (changed) {
      this.onLeave();
      this.say("");
      for (const picker of [this.inserts.saved, this.inserts.emoji]) picker.close(false);
    }
    this.drafts.staff = data.staff;
    this.data = data;
    this.id = data.id;
    this.trigger = setTriggerValue;
    if (this.held && (changed || this.held.id === data.id)) this.letGo();
    this.settle();
    this.drafts.adopt(data);
    this.attach.adopt(data);
    this.mention.names = data.colleagues;
    const chosen = data.modes.find((one) => one.mode === this.modes.get(this.id));
    // A mode that is not allowed any more is kept while its text stands there: who types privately must not find
    // themselves typing in public. It cannot be sent, and it is said why.
    const begun = chosen && !changed && this.drafts.of(this.id, chosen.mode).text.trim();
    this.mode = chosen && (chosen.ok || begun) ? chosen.mode : data.mode;
    this.modes.set(this.id, this.mode);
    if (changed || !this.seen.has(this.id) || !this.begun()) this.markSeen();
    else this.arrived();
    this.paint();
    if (changed && this.wanted) this.focus(this.wanted);
    if (this.resume?.id === this.id) {
      this.area.focus();
      this.area.setSelectionRange(...this.resume.cursor);
    }
    this.resume = null;
  }

  // Another conversation was picked. Until it is here, nothing can be typed; keys that ask for the composer wait for it.
  hold(id) {
    this.letGo();
    if (id === this.id) {
      this.paintCounter();
      return;
    }
    const release = () => {
      this.letGo();
      this.wanted = null;
      this.paintCounter();
    };
    this.held = { id, timer: setTimeout(release, HOLD_FOR) };
    this.area.blur();
    this.area.readOnly = true;
    this.send.disabled = true;
  }

  letGo() {
    clearTimeout(this.held?.timer);
    this.held = null;
  }

  // Who asks for the composer and types on at once, before the conversation is here, means the text, not shortcuts.
  keep(event) {
    if (!this.wanted || !plainKey(event) || event.key.length !== 1) return false;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.early += event.key;
    return true;
  }

  markSeen() {
    this.seen.set(this.id, { version: this.data.version, said: new Map(this.data.said.map((line) => [line.id, line.text])) });
  }

  unseen() {
    const seen = this.seen.get(this.id);
    return this.data.said.filter((line) => seen.said.get(line.id) !== line.text);
  }

  // A reply that was read while it was on its way is no news once it has arrived: it is the same words under another id.
  arrived() {
    const { said } = this.seen.get(this.id);
    const here = new Set(this.data.said.map((line) => line.id));
    const left = [...said].filter(([id]) => id.startsWith("reply ") && !here.has(id)).map(([, text]) => text.trim());
    const news = this.unseen();
    if (news.length && news.every((line) => line.ours && left.includes(line.text.trim()))) this.markSeen();
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
    this.drafts.clear(sending.slot);
    if (sending.follow) {
      this.drafts.clear(sending.follow);
      this.follow.wanted.delete(sending.slot.id);
    }
    if (sending.slot.id === this.id) this.area.blur();
    if (sending.slot.mode === "note") this.modes.delete(sending.slot.id);
  }

  paint() {
    const option = this.option();
    const slot = this.slot();
    this.root.dataset.mode = this.mode;
    this.paintSwitch();
    this.mention.on = this.mode === "note";
    this.reader.replaceChildren(icon(option.icon), el("span", "", option.reader));
    this.area.setAttribute("aria-label", option.label + ". " + option.reader);
    this.area.placeholder = option.placeholder;
    this.area.lang = this.mode === "note" ? "" : this.data.language || "";
    this.inserts.paint();
    this.attach.paint();
    this.follow.paint();
    this.show(slot.text);
    this.grow();
    this.paintCounter();
    this.paintBanner();
    this.why.replaceChildren(...this.reasons());
    this.why.hidden = !this.why.firstChild;
  }

  // A text that came back stands before what was typed meanwhile: the cursor stays where it was in that.
  show(text) {
    const { value, selectionStart, selectionEnd } = this.area;
    if (value === text) return;
    this.area.value = text;
    if (!value || !text.endsWith(value)) return;
    const by = text.length - value.length;
    this.area.setSelectionRange(selectionStart + by, selectionEnd + by);
    this.grow();
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
    this.drafts.save(this.slot());
    this.mode = mode;
    this.modes.set(this.id, mode);
    this.paint();
  }

  reasons() {
    const parts = [];
    const option = this.option();
    if (option.until) parts.push("Possible until " + moment(option.until) + ".");
    parts.push(...this.data.refused);
    if (option.because && option.ok && option.mode !== "note") parts.push(option.because);
    if (option.links && option.mode !== "note") parts.push(option.links);
    return parts.map((part) => el("span", "", part + " "));
  }

  // The rules stand in one line; who wants to read them whole opens it.
  unfold(open) {
    this.why.setAttribute("aria-expanded", String(open));
    this.why.title = open ? "" : "Show what may be said here, and why";
  }

  paintCounter() {
    const slot = this.slot();
    const option = this.option();
    this.attach.paint();
    const empty = !this.begun();
    const fault = this.attach.fault(this.mode, slot.text);
    const left = slot.limit === null ? null : slot.limit - slot.used;
    this.left.className = "left" + (left !== null && left < 0 ? " over" : left !== null && left <= 20 ? " few" : "");
    if (left === null) this.left.textContent = "";
    else if (left < 0) this.left.textContent = -left + (left === -1 ? " character too many" : " characters too many");
    else this.left.textContent = slot.used + " / " + slot.limit;
    const waiting = Boolean(this.sending || this.held);
    const blocked = this.mode !== "note" && this.unseen().length > 0 && !empty;
    const both = this.follow.active;
    if (both) this.follow.count();
    this.send.disabled = waiting || this.attach.busy > 0 || empty || !option.ok || (left !== null && left < 0) || blocked || Boolean(fault) || (both && Boolean(this.follow.fault));
    this.send.title = fault || (both ? this.follow.fault : "");
    this.ask.hidden = !this.data.mayAsk || this.mode === "note" || both;
    this.ask.disabled = this.send.disabled;
    const words = this.sending ? "Handing over …" : both ? option.button + ", then send privately" : option.button;
    this.send.replaceChildren(icon(option.icon), el("span", "", words), el("kbd", "", this.sending ? "" : "Ctrl ↵"));
    this.area.readOnly = waiting;
  }

  paintBanner() {
    const parts = [];
    const refusal = this.data.refusal;
    const slot = this.slot();
    const news = this.begun() && !this.sending && this.mode !== "note" ? this.unseen() : [];
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
      for (const line of news.slice(-3)) node.append(el("q", "", line.name + ": " + (line.text.slice(0, 280) || "(no words)")));
      node.append(button("plain-button strong", "Read it, send anyway", () => {
        this.markSeen();
        this.submit();
      }));
      node.append(button("plain-button", "Read it, go on with my text", () => {
        this.markSeen();
        this.paint();
        this.area.focus();
      }));
      parts.push(node);
    }
    markUnseen(this.id, news.map((line) => line.id));
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
    if (!this.begun()) this.markSeen();
    this.drafts.edit(slot, this.area.value);
    this.mention.look();
    tellTyping(this.mode);
    this.grow();
    this.paintCounter();
    this.paintBanner();
    this.say("");
  }

  saved(slot, words, bad) {
    if (!this.data) return;
    const follows = this.follow.active && slot === this.follow.slot();
    if (!follows && slot !== this.slot()) return;
    if (follows) this.follow.show();
    else this.show(slot.text);
    this.paintCounter();
    this.say(words, bad);
  }

  // `ask`: a colleague shall read it first, though it could be sent.
  // `resolve`: and put the conversation away, once the service has the text.
  async submit(ask = false, resolve = false) {
    const slot = this.slot();
    this.paintCounter();
    if (this.sending || !this.begun()) return;
    if (this.send.disabled) return this.say(this.hindrance(), true);
    const { done, refusal, item } = this.data;
    const text = slot.text;
    const seen = this.seen.get(this.id).version;
    const follow = this.follow.active ? this.follow.slot() : null;
    const then = follow?.text;
    const sending = { slot, follow, nonce: slot.nonce, doneBefore: done?.at, refusedBefore: refusal?.at };
    this.sending = sending;
    this.paint();
    clearTimeout(this.drafts.timer);
    await Promise.race([this.drafts.saving, new Promise((go) => setTimeout(go, 1500))]);
    if (slot.text !== text || (follow && follow.text !== then)) {
      this.sending = null;
      this.paint();
      this.say("A reply came back into this text: read it, then send it.", true);
      return;
    }
    sending.timer = setTimeout(() => this.unanswered(sending), ANSWER_WITHIN);
    const next = follow && { text: then, nonce: follow.nonce, saved: follow.saved || null };
    const saved = slot.saved || null;
    this.trigger("send", { conversation: slot.id, item, mode: slot.mode, text, nonce: slot.nonce, seen, saved, follow: next, approval: ask || this.data.approval, resolve });
  }

  // Why what is written cannot be sent just now, for whoever presses the keys: the button stands there without a word.
  hindrance() {
    const { text, limit, used } = this.slot();
    const option = this.option();
    const ours = this.attach.fault(this.mode, text) || (this.follow.active && this.follow.fault);
    if (this.attach.busy) return "A picture is still being saved: press again in a moment.";
    if (this.held) return "Another conversation is being opened.";
    if (!option.ok) return option.because;
    if (ours) return ours;
    return limit !== null && used > limit ? "It is too long." : "Something was said meanwhile: read it above, then send.";
  }

  unanswered(sending) {
    if (this.sending !== sending) return;
    this.sending = null;
    this.paint();
    this.say("No answer yet. The text is kept; sending again cannot send it twice.", true);
  }

  say(words, bad) {
    this.status.textContent = words;
    this.status.className = bad ? "saved bad" : "saved";
  }

  areaKey(event) {
    if (event.isComposing || this.mention.key(event)) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      event.stopPropagation();
      this.submit(false, event.shiftKey);
    } else if (event.key === "Enter" && event.altKey && !event.shiftKey) {
      event.preventDefault();
      event.stopPropagation();
      if (this.ask.hidden && !this.data.approval) this.say(this.mode === "note" ? "A note needs no approval." : "Nobody can be asked for approval of this.", true);
      else this.submit(true);
    } else if (event.key === "." && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.inserts.open(this.inserts.emoji);
    } else if (event.key === "Escape") event.target.blur();
  }

  // Nobody else may hear these keys: Streamlit takes R for running the whole page anew, by the address as it is now, and
  // a conversation that was picked at that moment would not open.
  pageKey(event) {
    if (!plainKey(event) || typing(event) || dialogOpen()) return;
    if (!"rnifp".includes(event.key)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (this.held) Object.assign(this, { wanted: event.key, early: "" });
    else this.focus(event.key);
  }

  focus(key) {
    if (key === "n") this.choose("note");
    else if (this.mode === "note") this.choose(this.data.mode);
    else if (key === "p") this.flip();
    const early = this.wanted ? this.early : "";
    this.wanted = null;
    this.last = this.area;
    if (key === "f") return this.follow.flip();
    if (key === "i") return this.inserts.open(this.inserts.saved, "", early);
    this.area.focus();
    if (early) {
      this.area.value += early;
      this.typed();
    }
    this.area.setSelectionRange(this.area.value.length, this.area.value.length);
  }

  // Everybody may read it, or one person: the other of the two, where both can be done.
  flip() {
    const usable = this.data.modes.filter((one) => one.ok && one.mode !== "note");
    const at = usable.findIndex((one) => one.mode === this.mode);
    if (usable.length > 1) this.choose(usable[(at + 1) % usable.length].mode);
    else this.say(this.data.refused[0] || "", true);
  }

  end() {
    this.onLeave();
    this.drafts.end();
    this.handOver();
    window.removeEventListener("keydown", this.onKey, true);
    document.removeEventListener("social-listener-opening", this.onOpening);
    this.letGo();
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
