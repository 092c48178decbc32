// Texts being typed: kept here by staff, conversation and mode, and saved on the server while they are typed. What the server
// sends never replaces a text that waits to be saved. One nonce stands for one composed text.
const SAVE_AFTER = 250;
const RETRY_AFTER = 3000;
const KEEPALIVE_MOST = 15000; // a browser refuses more than 64 kB for a request that outlives its page

class Drafts {
  // `told(id, mode, words, bad)` hears what became of a save.
  constructor(told) {
    this.staff = ""; // who types: a colleague at the same screen has texts of their own
    this.slots = new Map(); // "staff conversation mode" → { id, mode, text, nonce, dirty, written, bases, used, limit }
    this.told = told;
    this.saving = Promise.resolve();
    this.onLeaving = (event) => {
      for (const slot of this.slots.values()) if (slot.dirty) event.detail.push(this.put(slot));
    };
    this.onSignedOut = () => this.putAside();
    document.addEventListener("social-listener-leaving", this.onLeaving);
    document.addEventListener("social-listener-signed-out", this.onSignedOut);
  }

  end() {
    document.removeEventListener("social-listener-leaving", this.onLeaving);
    document.removeEventListener("social-listener-signed-out", this.onSignedOut);
  }

  // The session has ended, and the server takes nothing any more: what is not saved stays in this tab.
  putAside() {
    clearTimeout(this.timer);
    const kept = [];
    for (const slot of this.slots.values()) {
      if (slot.dirty) kept.push({ staff: slot.staff, id: slot.id, mode: slot.mode, text: slot.text, bases: slot.bases });
    }
    if (kept.length) sessionStorage.setItem(UNSAVED, JSON.stringify(kept));
  }

  // The same person is back. Somebody else finds nothing of it.
  takeUp(data) {
    const kept = JSON.parse(sessionStorage.getItem(UNSAVED) || "[]").filter((one) => one.staff === this.staff);
    const left = kept.filter((one) => one.id !== data.id);
    if (left.length) sessionStorage.setItem(UNSAVED, JSON.stringify(left));
    else sessionStorage.removeItem(UNSAVED);
    for (const one of kept) {
      if (one.id !== data.id) continue;
      const slot = this.of(one.id, one.mode);
      const known = !slot.text || one.bases.includes(slot.text) || one.text.includes(slot.text.trim());
      this.edit(slot, known ? one.text : slot.text + "\n\n" + one.text);
    }
  }

  of(id, mode) {
    const key = JSON.stringify([this.staff, id, mode]);
    if (!this.slots.has(key)) {
      const empty = { text: "", nonce: "", dirty: false, written: new Set(), bases: [""], used: 0, limit: null };
      this.slots.set(key, { staff: this.staff, id, mode, ...empty });
    }
    return this.slots.get(key);
  }

  // The server's draft is taken when it belongs to another text (a new nonce), or when it was changed elsewhere, such as
  // a reply that was taken back, while nothing here waits to be saved. What was written here is only an echo. When
  // another page of the same person sent its text, the different one that stands here begins a draft of its own.
  adopt(data) {
    const sent = new Set(data.said.filter((line) => line.ours).map((line) => line.text.trim()));
    for (const option of data.modes) {
      const slot = this.of(data.id, option.mode);
      slot.limit = option.limit;
      slot.account = data.account;
      // Read before what was saved here: it may come after the answer to that, and would take the newer text away.
      if (data.boot === slot.boot && data.commits < slot.commits) continue;
      const another = slot.nonce !== option.nonce;
      const mine = slot.text.trim();
      if (mine && (slot.dirty || (another && !option.text && !sent.has(mine)))) {
        slot.nonce = option.nonce;
        if (another) this.edit(slot, slot.text);
      } else if (another || !slot.written.has(option.text)) {
        Object.assign(slot, { text: option.text, nonce: option.nonce, used: option.used, dirty: false, bases: [option.text] });
        slot.written.add(option.text);
      }
    }
    this.takeUp(data);
  }

  // Half of an emoji, which a browser can leave behind, is no character: it could neither be kept nor sent.
  edit(slot, text) {
    slot.text = text.toWellFormed ? text.toWellFormed() : text;
    slot.dirty = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(slot), SAVE_AFTER);
  }

  // It was handed over: what comes from the server now is another text.
  clear(slot) {
    Object.assign(slot, { text: "", dirty: false, used: 0, written: new Set(), bases: [""], saved: null });
  }

  // The answer carries the text's length by the channel's own rule.
  save(slot) {
    clearTimeout(this.timer);
    if (slot.dirty) this.saving = this.put(slot);
    return this.saving;
  }

  // The page is being left, or another conversation is shown: what is not saved goes out now.
  flush(...except) {
    clearTimeout(this.timer);
    for (const slot of this.slots.values()) if (slot.dirty && !except.includes(slot)) this.put(slot);
  }

  // `bases` are the texts that may stand on the server as far as this page knows. When another stands there, such as a
  // reply that came back while this was typed, the server keeps both, and the answer says what stands there now.
  body(slot, text) {
    const whole = JSON.stringify({ text, nonce: slot.nonce, bases: slot.bases });
    return whole.length < KEEPALIVE_MOST ? whole : JSON.stringify({ text, nonce: slot.nonce });
  }

  async put(slot) {
    const text = slot.text;
    const nonce = slot.nonce;
    const sent = this.body(slot, text);
    slot.written.add(text);
    slot.bases = [slot.bases[0], ...slot.bases.slice(1).slice(-1), text];
    try {
      const answer = await fetch(this.address(slot), {
        method: "PUT",
        headers: { "content-type": "application/json" },
        body: sent,
        keepalive: sent.length < KEEPALIVE_MOST,
        credentials: "same-origin",
      });
      if (answer.status === 401) return signedOut();
      if (answer.status === 409) return; // handed over meanwhile: the next update brings what stands now
      const body = await answer.json().catch(() => ({}));
      if (!answer.ok) throw new Error(body.error || "");
      if (slot.nonce !== nonce) return; // handed over meanwhile: what is typed now is another text
      const before = body.text.endsWith(text) ? body.text.slice(0, body.text.length - text.length) : "";
      slot.written.add(body.text);
      slot.bases = [body.text];
      if (slot.text === text) slot.dirty = false;
      if (before && !slot.text.startsWith(before)) slot.text = before + slot.text;
      Object.assign(slot, { boot: body.boot, commits: body.commits });
      slot.used = body.used;
      slot.limit = body.limit;
      this.told(slot, text && !slot.dirty ? "Draft saved" : "", false);
    } catch (error) {
      const words = error instanceof TypeError ? "" : error.message;
      this.told(slot, words || "Draft not saved yet – trying again", true);
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.put(slot), RETRY_AFTER);
    }
  }

  address(slot) {
    const who = new URLSearchParams({ staff: slot.staff, account: slot.account });
    return "/drafts/" + encodeURIComponent(slot.id) + "/" + slot.mode + "?" + who;
  }
}
