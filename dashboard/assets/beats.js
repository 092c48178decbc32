// Tells the service that this page is open, which conversation it shows, and that somebody types in it; never what.
const BEAT_EVERY = 10000;
const TYPING_EVERY = 2000;
const TYPING_ENDS = 4000;

class Beats {
  constructor() {
    this.page = crypto.randomUUID ? crypto.randomUUID() : "page-" + Math.random().toString(36).slice(2, 14);
    window.socialListenerPage = this.page;
    this.typing = "";
    this.told = 0;
    // What was picked in the list is told of with the pick itself.
    this.onShown = () => {
      const told = window.socialListenerPicked;
      window.socialListenerPicked = null;
      if (!told || told !== window.socialListenerShown || this.typing) this.tell();
    };
    this.onTyping = (event) => this.types(event.detail);
    this.onLeave = () => this.send({ page: this.page, closed: true });
    document.addEventListener("social-listener-shown", this.onShown);
    this.onShow = () => this.tell();
    document.addEventListener("visibilitychange", this.onShow);
    document.addEventListener("social-listener-typing", this.onTyping);
    window.addEventListener("pagehide", this.onLeave);
    this.timer = setInterval(() => this.tell(), BEAT_EVERY);
  }

  of(staff) {
    const other = this.staff !== staff;
    this.staff = staff;
    if (other) this.tell();
  }

  types(mode) {
    clearTimeout(this.stops);
    const due = mode !== this.typing || Date.now() - this.told > TYPING_EVERY;
    this.typing = mode;
    if (mode) this.stops = setTimeout(() => this.types(""), TYPING_ENDS);
    if (due) this.tell();
  }

  tell() {
    if (!this.staff) return;
    this.told = Date.now();
    const conversation = document.hidden ? "" : window.socialListenerShown || "";
    this.send({ page: this.page, conversation, typing: conversation ? this.typing : "" });
  }

  send(what) {
    const address = "/presence?" + new URLSearchParams({ staff: this.staff });
    const headers = { "content-type": "application/json" };
    fetch(address, { method: "POST", headers, body: JSON.stringify(what), keepalive: true, credentials: "same-origin" }).catch(() => {});
  }

  end() {
    this.onLeave();
    clearInterval(this.timer);
    clearTimeout(this.stops);
    document.removeEventListener("social-listener-shown", this.onShown);
    document.removeEventListener("visibilitychange", this.onShow);
    document.removeEventListener("social-listener-typing", this.onTyping);
    window.removeEventListener("pagehide", this.onLeave);
  }
}

// What the service tells of colleagues on the same conversation goes to whoever draws it.
function hear(text) {
  window.socialListenerHere = JSON.parse(text);
  document.dispatchEvent(new CustomEvent("social-listener-here"));
}
