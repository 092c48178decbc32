// The lists of the bench: views, times, people, contacts; each for the open conversation or for those selected.
const ORGANISE = {
  views() {
    this.picker.open({
      title: "Go to a view",
      placeholder: "Type a view's name",
      items: () => this.data.views.map((one) => ({
        words: one.name, colour: one.hex, hint: one.count || (one.key ? (one.shared ? "for everybody" : "yours") : ""),
        run: () => this.fire({ what: "view", view: one.id }),
      })),
      foot: [
        button("plain-button manage", "Save what is shown as a view …", () => this.saveView()),
        button("plain-button manage", "Change views …", () => this.manageViews()),
      ],
    });
  },

  saveView() {
    const name = el("input");
    name.type = "text";
    name.maxLength = 40;
    name.placeholder = "Name of the view";
    name.setAttribute("aria-label", "Name of the view");
    const line = el("label", "check");
    const shared = el("input");
    shared.type = "checkbox";
    line.append(shared, "For everybody");
    const save = () => {
      if (!name.value.trim()) return;
      this.picker.close();
      this.fire({ what: "save_view", name: name.value, shared: shared.checked });
    };
    this.picker.form("Save filter and search as a view", [name, line, button("plain-button strong manage", "Save", save)]);
    this.picker.enter = save;
  },

  manageViews() {
    const saved = this.data.views.filter((one) => one.key);
    const rows = saved.map((one) => this.viewRow(one));
    if (!rows.length) rows.push(el("p", "quiet", "No views are saved yet."));
    this.picker.form("Views", rows);
  },

  viewRow(one) {
    const row = el("div", "entry");
    const name = el("input");
    name.value = one.name;
    name.maxLength = 40;
    name.setAttribute("aria-label", "Name of " + one.name);
    const send = (changes) => {
      this.picker.close();
      this.fire({ what: "change_view", view: one.key, version: one.version, ...changes });
    };
    name.onchange = () => send({ name: name.value });
    const small = (text, title, changes) => {
      const node = button("plain-button", text, () => send(changes), title);
      node.setAttribute("aria-label", title + ": " + one.name);
      return node;
    };
    row.append(name, el("span", "hint", one.shared ? "for everybody" : "yours"),
      small("↑", "Move forward", { by: -1 }), small("↓", "Move back", { by: 1 }),
      small("Set", "Have it hold what is shown now", { refile: true }), small("Delete", "Delete", { delete: true }));
    return row;
  },

  // `send(wish)`: with a preset's name as `choice`, or a date and time as `local`
  times(title, send) {
    const field = el("input");
    field.type = "datetime-local";
    field.setAttribute("aria-label", "Date and time");
    const until = () => {
      if (!field.value) return;
      const local = field.value;
      this.picker.close();
      send({ local });
    };
    const line = el("div", "entry");
    line.append(field, button("plain-button", "Snooze until then", until));
    this.picker.open({
      title,
      placeholder: "Type, or Tab to a date and time",
      items: () => this.data.snoozes.map((choice) => ({ words: choice, run: () => send({ choice }) })),
      foot: [line],
    });
    this.picker.enter = until;
  },

  // `shown`: the conversation that is open, whatever is selected
  snooze(shown) {
    const { conversation, name } = this.data;
    if (this.many() && !shown) this.times("Snooze " + this.chosenWords(), (wish) => this.bulk("snooze", wish));
    else if (conversation) this.times("Snooze " + name, (wish) => this.fire({ what: "snooze", conversation, ...wish }));
  },

  handOver() {
    const { conversation, name } = this.data;
    if (!conversation) return;
    this.fire({ what: "takers", conversation });
    this.picker.open({
      title: "Hand " + name + " over",
      placeholder: "Type a colleague's or a team's name",
      waits: () => !this.data.takers,
      items: () => (this.data.takers || []).map((to) => ({ words: to, run: () => this.fire({ what: "hand_over", conversation, to }) })),
    });
  },

  assignMany() {
    const { staff, me } = this.data;
    const people = [...staff].sort((one, two) => Number(two === me) - Number(one === me));
    this.picker.open({
      title: "Assign " + this.chosenWords(),
      placeholder: "Type a name",
      items: () => [
        ...people.map((one) => ({ words: one, hint: one === me ? "you" : "", run: () => this.bulk("assign", { value: one }) })),
        { words: "Nobody", run: () => this.bulk("assign", {}) },
      ],
    });
  },

  labelMany() {
    const offered = this.data.labels.filter((one) => !one.archived);
    const item = (one, deed, words) => ({ words, colour: one.hex, run: () => this.bulk(deed, { value: one.id }) });
    this.picker.open({
      title: "Label " + this.chosenWords(),
      placeholder: "Type a label's name",
      items: () => [
        ...offered.map((one) => item(one, "label", one.name)),
        ...offered.map((one) => item(one, "unlabel", "Take off: " + one.name)),
      ],
      foot: [this.manageButton()],
    });
  },

  silence() {
    const { conversation, name, silence } = this.data;
    const many = this.many();
    if (!many && !conversation) return;
    const send = (kind, days) => {
      if (many) this.bulk(kind === "spam" ? "spam" : "mute", { days });
      else this.fire({ what: "silence", conversation, kind, days });
    };
    const items = [
      { words: "Mute for 1 day", run: () => send("muted", 1) },
      { words: "Mute for 7 days", run: () => send("muted", 7) },
      { words: "Mute for 30 days", run: () => send("muted", 30) },
      { words: "Mute until it is taken back", run: () => send("muted", null) },
      { words: "Call it spam", run: () => send("spam", null) },
    ];
    if (!many && silence) items.unshift({ words: "Hear them again", hint: silence, run: () => send(null, null) });
    this.picker.open({
      title: many ? "Mute the contacts of " + this.chosenWords() : "Mute " + name,
      placeholder: "Type to find",
      items: () => items,
      foot: [el("p", "quiet", "What they write is stored and scored as ever, and stands in the view Muted only.")],
    });
  },

  customers() {
    const { conversation, name } = this.data;
    if (!conversation) return;
    const ask = (text) => this.fire({ what: "alike", conversation, text });
    const wanted = () => conversation + "\n" + this.picker.input.value.slice(0, 80);
    ask("");
    this.picker.open({
      title: "Who is the same customer as " + name + "?",
      placeholder: "Type a name or handle",
      looks: () => this.data.alikeFor !== wanted(),
      items: () => this.data.alike.map((one) => ({
        words: one.name + " @" + one.handle + " on " + one.channel,
        on: one.together,
        hint: one.together ? "the same customer; Enter parts them" : one.why,
        run: () => this.fire({ what: one.together ? "split" : "merge", conversation, contact: one.id }),
      })),
      foot: [el("p", "quiet", "Contacts are only shown together. What was said stays where it was said, and answers go there.")],
    });
    let timer = 0;
    const paint = this.picker.input.oninput;
    this.picker.input.oninput = (event) => {
      paint(event);
      clearTimeout(timer);
      const text = event.target.value;
      timer = setTimeout(() => this.picker.isOpen && ask(text), 350);
    };
  },
};
