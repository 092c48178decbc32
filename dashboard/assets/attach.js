// Pictures that go with a reply: picked, dropped or pasted; each with its description, and taken away again. The server
// keeps them with the text's nonce, draws them anew, and says which the platform takes. Each belongs to one mode, for good.
class Attach {
  constructor(composer, box) {
    this.composer = composer;
    this.told = new Map(); // nonce → what the server last told of its pictures
    this.busy = 0;
    this.input = el("input");
    this.input.type = "file";
    this.input.accept = "image/jpeg,image/png,image/webp";
    this.input.multiple = true;
    this.input.hidden = true;
    this.input.setAttribute("aria-label", "Pictures to add");
    this.input.onchange = () => {
      this.add([...this.input.files]);
      this.input.value = "";
    };
    this.tool = withIcon(button("tool attach-tool", "", () => this.input.click()), "picture");
    this.tool.setAttribute("aria-label", "Add a picture");
    this.node = el("div", "attach");
    box.addEventListener("paste", (event) => this.caught(event, event.clipboardData));
    box.addEventListener("dragover", (event) => {
      if (![...event.dataTransfer.types].includes("Files")) return;
      event.preventDefault();
      box.classList.toggle("dropping", this.room() > 0);
    });
    box.addEventListener("dragleave", () => box.classList.remove("dropping"));
    box.addEventListener("drop", (event) => {
      box.classList.remove("dropping");
      this.caught(event, event.dataTransfer);
    });
  }

  // Words that come with pictures, as from an office program, stay words.
  caught(event, data) {
    const files = [...(data?.files || [])];
    if (!files.length || (event.type === "paste" && data.types.includes("text/plain"))) return;
    event.preventDefault();
    this.add(files);
  }

  of(mode) {
    const option = this.composer.option(mode);
    if (!option?.pictures) return null;
    return this.told.get(option.nonce) || option.pictures;
  }

  room() {
    const there = this.of(this.composer.mode);
    return there ? there.most - there.files.length : 0;
  }

  // A picture that goes without words is something to send, where the platform takes it so.
  carries(mode) {
    const there = this.of(mode);
    return Boolean(there?.alone && there.files.length);
  }

  // Why a text and its pictures cannot go together: "" when nothing is wrong.
  fault(mode, text) {
    return this.carries(mode) && text.trim() ? plain(this.of(mode).because) : "";
  }

  // What a page's update brings is newer than what an earlier answer told.
  adopt(data) {
    if (!this.busy) this.told.clear();
    this.id = data.id;
  }

  paint() {
    const there = this.of(this.composer.mode);
    this.tool.hidden = this.composer.mode === "note" || Boolean(this.composer.data.approval);
    this.tool.disabled = this.room() < 1 || this.busy > 0;
    this.tool.title = "Add a picture" + (there?.because ? ". " + plain(there.because) : "");
    const modes = this.composer.follow.active ? [this.composer.mode, "private"] : [this.composer.mode];
    const lines = modes.flatMap((mode) => (this.of(mode)?.files || []).map((file) => ({ ...file, mode, most: this.of(mode).mostAlt, both: modes.length > 1 })));
    const faults = modes.map((mode) => this.fault(mode, this.composer.drafts.of(this.composer.id, mode).text)).filter(Boolean);
    const drawn = JSON.stringify([lines.map((line) => [line.id, line.mode, line.both]), this.busy, faults]);
    if (this.node.dataset.drawn === drawn) return;
    this.node.dataset.drawn = drawn;
    const waits = this.busy ? [el("span", "adding", "Adding a picture …")] : [];
    const told = faults.map((fault) => el("p", "fault", fault));
    for (const one of told) one.setAttribute("role", "status");
    this.node.replaceChildren(...lines.map((line) => this.card(line)), ...waits, ...told);
    this.node.hidden = !lines.length && !waits.length;
  }

  card(line) {
    const card = el("figure", "outgoing " + line.mode);
    const image = el("img");
    image.src = location.origin + line.src;
    image.alt = plain(line.alt || "A picture that will be sent");
    card.append(image);
    if (line.both) card.append(el("figcaption", "", line.mode === "private" ? "In the private message" : "In the public answer"));
    if (line.most) {
      const alt = el("input");
      alt.type = "text";
      alt.maxLength = line.most;
      alt.value = line.alt;
      alt.placeholder = "What it shows";
      alt.setAttribute("aria-label", "What the picture shows, for those who cannot see it");
      alt.onchange = () => this.call("PUT", line.mode, { file: line.id }, JSON.stringify({ alt: alt.value }), "application/json");
      alt.onkeydown = (event) => this.altKey(event);
      card.append(alt);
    }
    const away = withIcon(button("away", "", () => this.call("DELETE", line.mode, { file: line.id }), "Take this picture away"), "cross");
    away.setAttribute("aria-label", "Take this picture away");
    card.append(away);
    return card;
  }

  // Enter saves a description and goes back to the text. With Ctrl it would send: what is being saved is told first.
  altKey(event) {
    event.stopPropagation();
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    this.composer.area.focus();
    if (event.ctrlKey || event.metaKey) this.composer.submit(false, event.shiftKey);
  }

  async add(files) {
    const mode = this.composer.mode;
    const there = this.of(mode);
    if (!there || this.composer.sending || this.composer.held) return;
    const room = this.room();
    for (const file of files.slice(0, room)) await this.call("POST", mode, {}, file, "application/octet-stream");
    if (room < files.length) this.composer.say(there.because || "No picture can be sent here", true);
  }

  async call(method, mode, more, body, type) {
    const { composer } = this;
    const option = composer.option(mode);
    const conversation = composer.id;
    this.busy += 1;
    this.paint();
    composer.paintCounter();
    const asked = new URLSearchParams({ staff: composer.data.staff, conversation, mode, nonce: option.nonce, ...more });
    try {
      const answer = await fetch("/pictures/mine?" + asked, { method, body, headers: type ? { "content-type": type } : {}, credentials: "same-origin" });
      const told = await answer.json().catch(() => ({}));
      if (answer.ok) this.told.set(option.nonce, told);
      if (composer.id === conversation) composer.say(answer.ok ? "" : told.error || "The picture could not be added", !answer.ok);
    } catch {
      if (composer.id === conversation) composer.say("The picture could not be added: no connection. Try it again.", true);
    } finally {
      this.busy -= 1;
      this.paint();
      composer.paintCounter();
    }
  }
}
