// The items behind a number: a sheet at the side of the page, on a narrow screen all of it. Opened by a press, closed by
// Escape or its button; the focus goes back to what opened it.
const LINKED = /^\//;

function here(className, text, address) {
  const node = el("a", className, text);
  if (LINKED.test(address) && !address.startsWith("//")) node.href = new URL(address, location.origin).href;
  node.target = "_self";
  return node;
}

function saidLine(line) {
  const node = el("article", "said-line");
  const head = el("header");
  head.append(withIcon(el("b", "", line.author), line.private ? "lock" : "globe"), el("span", "quiet", line.account), time(line.at));
  if (line.mood) head.append(el("span", "chip " + (line.tone || ""), line.mood));
  if (line.reach) head.append(el("span", "quiet", line.reach));
  if ("answered" in line && line.answered) head.append(el("span", "chip green", line.answered));
  const words = el("blockquote");
  fillBody(words, line.text);
  node.append(head, words, here("open", "Open the conversation", line.url));
  return node;
}

class Sheet {
  constructor(root, act) {
    this.act = act;
    this.node = el("aside", "sheet");
    this.node.setAttribute("role", "dialog");
    this.node.setAttribute("aria-labelledby", "sheet-title");
    this.node.tabIndex = -1;
    this.title = el("h2");
    this.title.id = "sheet-title";
    this.told = el("p", "quiet");
    this.list = el("div", "said-lines");
    this.shut = withIcon(button("plain-button shut", "Close", () => this.close()), "cross");
    this.more = button("plain-button", "Show more", () => {
      // Asked for once; a button that is switched off would lose the focus.
      if (this.asked) return;
      this.asked = true;
      this.act("more", "");
    });
    const head = el("div", "sheet-head");
    head.append(this.title, this.shut);
    const scroller = el("div", "sheet-body");
    scroller.tabIndex = 0;
    scroller.setAttribute("role", "region");
    scroller.setAttribute("aria-label", "Messages");
    scroller.append(this.told, this.list, this.more);
    this.node.append(head, scroller);
    this.node.hidden = true;
    this.node.onkeydown = (event) => {
      if (event.key === "Escape") this.close();
    };
    root.append(this.node);
  }

  // What was pressed opens it; the items come with the next drawing.
  ask(opener, kind, key, title) {
    this.opener = opener;
    this.wanted = true;
    this.act("behind", { kind, key, title });
  }

  close() {
    this.node.hidden = true;
    this.closed = this.drawn;
    this.act("close", "");
    this.opener?.focus();
    this.opener = null;
  }

  // What stands there stays as it is. What came, went or changed since the list was read has its place in it, once.
  fill(lines, fresh) {
    const known = new Map(fresh ? [] : [...this.list.children].map((node) => [node.dataset.drawn, node]));
    let place = this.list.firstChild;
    if (fresh) this.list.replaceChildren();
    for (const line of lines) {
      const drawn = JSON.stringify(line);
      let node = known.get(drawn);
      known.delete(drawn);
      if (!node) {
        node = saidLine(line);
        node.dataset.drawn = drawn;
      }
      if (node === place) place = place.nextSibling;
      else this.list.insertBefore(node, fresh ? null : place);
    }
    known.forEach((node) => node.remove());
  }

  update(data) {
    const drawn = JSON.stringify(data);
    this.asked = false;
    if (!data) {
      if (!this.wanted) this.node.hidden = true;
      this.drawn = this.closed = null;
      return;
    }
    if (drawn === this.drawn && !this.wanted) return;
    if (drawn === this.closed && !this.wanted) return;
    const fresh = this.node.hidden || this.title.textContent !== plain(data.title);
    this.drawn = drawn;
    this.closed = null;
    this.node.hidden = false;
    this.title.textContent = plain(data.title);
    this.told.textContent = plain(data.told);
    this.fill(data.lines, fresh);
    this.more.hidden = !data.more;
    if (this.wanted && fresh) this.shut.focus();
    this.wanted = false;
  }
}
