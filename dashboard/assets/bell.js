// The bell with the number of unread notifications, and their list.
const BELLS = new WeakMap();

class Bell {
  constructor(root) {
    this.root = root;
    this.knob = withIcon(button("knob", "", () => this.toggle()), "bell");
    this.knob.setAttribute("aria-haspopup", "dialog");
    this.count = el("span", "count");
    this.knob.append(this.count);
    this.panel = el("div", "panel");
    this.panel.setAttribute("popover", "auto");
    this.panel.setAttribute("role", "region");
    this.panel.tabIndex = -1;
    this.panel.setAttribute("aria-label", "What waits for you");
    this.panel.addEventListener("toggle", (event) => this.knob.setAttribute("aria-expanded", String(event.newState === "open")));
    this.knob.setAttribute("aria-expanded", "false");
    this.panel.onkeydown = (event) => this.key(event);
    root.append(this.knob, this.panel);
    this.onKey = (event) => {
      if (event.key !== "w" || !plainKey(event) || typing(event) || dialogOpen()) return;
      event.preventDefault();
      this.toggle();
    };
    document.addEventListener("keydown", this.onKey);
  }

  open() {
    return this.panel.matches(":popover-open");
  }

  toggle() {
    if (this.open()) {
      this.panel.hidePopover();
      return;
    }
    const place = this.knob.getBoundingClientRect();
    this.panel.style.top = Math.round(place.bottom + 6) + "px";
    this.panel.style.right = Math.max(8, Math.round(window.innerWidth - place.right)) + "px";
    this.panel.showPopover();
    this.focus();
  }

  focus() {
    (this.panel.querySelector(".line") || this.panel.querySelector("button") || this.panel).focus();
  }

  key(event) {
    const lines = [...this.panel.querySelectorAll(".line")];
    const at = lines.indexOf(this.root.getRootNode().activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: lines.length - 1, j: at + 1, k: at - 1 }[event.key];
    if (event.key === "w") this.panel.hidePopover();
    else if (to !== undefined) lines[Math.max(0, Math.min(lines.length - 1, to))]?.focus();
    else if (event.key === "Escape") {
      this.panel.hidePopover();
      this.knob.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  update(data, trigger) {
    this.trigger = trigger;
    const words = data.unread > 99 ? "99+" : String(data.unread);
    this.count.textContent = words;
    this.count.hidden = !data.unread;
    this.knob.title = "What waits for you (W)";
    this.knob.setAttribute("aria-label", "What waits for you: " + data.unread + " unread");
    const drawn = JSON.stringify([data.lines, data.problem]);
    if (this.drawn === drawn) return;
    this.drawn = drawn;
    const active = this.root.getRootNode().activeElement;
    const within = this.panel.contains(active);
    const held = within && active.dataset.id;
    this.panel.replaceChildren(this.head(data), ...this.lines(data));
    if (held) this.panel.querySelector(`[data-id="${CSS.escape(held)}"]`)?.focus();
    // What arrives while the list is open is reached by keys at once, though nothing could be focused before.
    else if (within && this.open()) this.focus();
  }

  head(data) {
    const head = el("div", "head");
    head.append(el("h2", "", "What waits for you"));
    if (data.unread) head.append(button("plain-button", "Mark all as read", () => this.trigger("read", Date.now())));
    return head;
  }

  lines(data) {
    if (data.problem) return [el("p", "problem", data.problem)];
    if (!data.lines.length) return [el("p", "none", "Nothing. When a colleague names you in a note with an @, it stands here.")];
    return data.lines.map((line) => {
      const node = button("line" + (line.unread ? " unread" : ""), undefined, () => this.go(line));
      node.dataset.id = line.id;
      const head = el("span", "told");
      head.append(withIcon(el("b", "", line.words), line.icon), time(line.at));
      node.append(head);
      const about = el("span", "about", (line.contact ? line.contact + (line.excerpt ? ": " : "") : "") + line.excerpt);
      about.dir = "auto";
      node.append(about);
      if (line.unread) node.append(el("span", "sr", "not read"));
      return node;
    });
  }

  go(line) {
    this.panel.hidePopover();
    if (line.spike) {
      location.assign("/spikes?spike=" + encodeURIComponent(line.spike)); // which marks it as read
      return;
    }
    opening(line.conversation);
    showPane("conversation");
    this.trigger("open", { id: line.id, conversation: line.conversation, line: line.at_line, at: Date.now() });
  }

  end() {
    document.removeEventListener("keydown", this.onKey);
    BELLS.delete(this.root);
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  let bell = BELLS.get(root);
  if (!bell) {
    bell = new Bell(root);
    BELLS.set(root, bell);
  }
  bell.update(data, setTriggerValue);
  return () => bell.end();
}
