// Rules that corrections taught, and corrections. Whoever lets a rule hold has seen first which items it moves.
// What would change, with what is to be done about it: of rules that are tried, or of scoring anew.
function drawTrial(state, trial) {
  const node = el("section", "trial");
  const head = el("div", "head");
  const title = el("h2", "", trial.title);
  title.dir = "auto";
  title.tabIndex = -1;
  const close = button("plain-button", "Close", () => state.fire(trial.event, { keys: [] }));
  close.setAttribute("aria-label", "Close: " + plain(trial.title));
  head.append(title, close);
  node.append(head, choices("Items of the last", trial.days, (days) => looking(state, trial.event, trial.keys, days)), el("p", "lead", trial.text));
  const lines = el("ul", "sums");
  for (const one of trial.lines) lines.append(el("li", "", one));
  if (trial.lines.length) node.append(lines);
  const list = el("ul", "lines");
  for (const one of trial.moves) {
    const line = el("li");
    const about = el("span", "about");
    about.append(moved(one.before, one.after), ...(one.priority ? [el("span", "", one.priority)] : []), time(one.at));
    const says = el("span", "says", one.text);
    says.dir = "auto";
    const why = el("span", "why quiet", one.why);
    line.append(says, about, why);
    list.append(line);
  }
  node.append(list);
  if (trial.more) node.append(el("p", "quiet", trial.more));
  if (trial.verb) {
    const foot = el("div", "foot");
    const strong = trial.verb === "withdraw" ? " danger" : " strong";
    foot.append(button("plain-button decide" + strong, trial.deed, () => state.fire(trial.verb, trial.keys)), el("span", "quiet small", trial.note));
    node.append(foot);
  } else node.append(el("p", "quiet small", trial.note));
  return node;
}

// It takes a while; what is asked for is told by the rules it is asked for, "" for scoring anew.
function looking(state, event, keys, days) {
  state.busy = event + " " + keys.join(" ");
  state.fire(event, { keys, days });
  state.paint();
}

function drawRule(state, one) {
  const { trial } = state.data.rules;
  const within = Boolean(trial?.keys.includes(one.key));
  const line = el("li", "rule");
  const head = el("div", "rulehead");
  const name = el("b", "phrase", one.phrase);
  name.dir = "auto";
  head.append(name, el("span", "chip " + one.tone, one.points), el("span", "quiet", one.why));
  if (one.who) head.append(el("span", "quiet", one.who));
  head.append(time(one.at));
  const knobs = el("span", "knobs");
  const busy = state.busy === "try " + one.key;
  const look = button("plain-button", busy ? "Looking …" : "Try", () => busy || looking(state, "try", [one.key], trial?.days.find((day) => day.mode)?.key));
  look.setAttribute("aria-expanded", String(trial?.key === one.key));
  look.setAttribute("aria-label", "Try " + plain(one.phrase));
  if (trial && (within ? trial.keys.length > 1 : trial.sort === one.sort)) {
    const keys = within ? trial.keys.filter((key) => key !== one.key) : [...trial.keys, one.key];
    const too = button("plain-button", within ? "Leave out" : "Try too", () => looking(state, "try", keys, trial.days.find((day) => day.mode)?.key));
    too.setAttribute("aria-label", (within ? "Leave out " : "Try too ") + plain(one.phrase));
    knobs.append(too);
  }
  knobs.append(look);
  if (one.mode) {
    const drop = button("plain-button", "Turn down", () => state.fire(one.mode, [one.key]));
    drop.setAttribute("aria-label", "Turn down " + plain(one.phrase));
    knobs.append(drop);
  }
  line.append(head, knobs);
  if (trial?.key === one.key) line.append(drawTrial(state, trial));
  return line;
}

function drawRenewal(state, renewal) {
  const node = el("section", "renewal");
  node.append(el("h2", "", "Score anew what is stored"), el("p", "quiet", "A decision counts for what comes from then on. Here what is stored is read by the rules that hold now; you see first what that changes."));
  if (renewal.told) {
    const told = el("p", "lead", renewal.told);
    if (!renewal.working) told.append(" ", time(renewal.at));
    told.setAttribute("role", "status");
    node.append(told);
  }
  if (renewal.working) {
    const bar = el("span", "bar");
    const fill = el("i");
    fill.style.width = Math.round(100 * renewal.share) + "%";
    bar.append(fill);
    const meter = el("div", "progress");
    meter.append(bar);
    node.append(meter);
    return node;
  }
  const busy = state.busy === "look ";
  if (renewal.found) node.append(drawTrial(state, renewal.found));
  else node.append(button("plain-button", busy ? "Looking …" : "See what would change", () => busy || looking(state, "look", [], renewal.days)));
  return node;
}

function writes(state) {
  const node = button("plain-button", "Write one", () => {
    opensDialog(node);
    state.fire("write", "");
  });
  return node;
}

function drawRules(state) {
  const { rules } = state.data;
  const top = el("div", "head");
  top.append(el("p", "lead", "Words that corrections taught. A rule does nothing before somebody has seen what it changes and lets it hold."));
  if (rules.mode) {
    const knobs = el("span", "knobs");
    knobs.append(button("plain-button", "Look for new ones", () => state.fire("propose", "")), writes(state));
    top.append(knobs);
  }
  const parts = [top];
  if (!rules.groups.length) parts.push(emptyState(rules.none));
  for (const group of rules.groups) {
    const node = el("section");
    const list = el("ul", "rules");
    list.append(...group.rules.map((one) => drawRule(state, one)));
    node.append(el("h2", "", group.name), el("p", "quiet", group.text), list);
    parts.push(node);
  }
  if (rules.renewal) parts.push(drawRenewal(state, rules.renewal));
  if (rules.history.length) {
    const past = el("section");
    const list = el("ul", "history");
    for (const one of rules.history) {
      const line = el("li");
      line.append(time(one.at), el("b", "", one.who), el("span", "", one.what), el("span", "", one.phrase));
      if (one.version) line.append(el("span", "quiet", one.version));
      list.append(line);
    }
    past.append(el("h2", "", "Who did what"), list);
    parts.push(past);
  }
  return parts;
}

function drawCorrections(state) {
  const { rows } = state.data.corrections;
  const lead = el("p", "lead", "What staff said that items really are, newest first. It holds until the item is edited, or somebody takes it back.");
  if (!rows.length) return [lead, emptyState({ title: "Nobody has corrected anything yet", text: "In the inbox, 1, 2 and 3 say what an item is, + and − how urgent." })];
  const list = el("ul", "lines corrections");
  for (const one of rows) {
    const line = el("li");
    const about = el("span", "about");
    about.append(el("span", "quiet", one.what), moved(one.before, one.after), el("span", "chip " + one.tone, one.state), el("span", "quiet", one.who), time(one.at));
    line.append(toConversation(one.text, one.conversation), about);
    if (one.mode) {
      const back = button("plain-button", "Take back", () => state.fire("take_back", one.key));
      back.setAttribute("aria-label", "Take back: " + plain(one.text).slice(0, 60));
      line.append(back);
    }
    list.append(line);
  }
  return [lead, list];
}
