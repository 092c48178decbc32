// Why this conversation is urgent, who the customer is, and what we had with them.
function factorLine(factor, most) {
  const item = el("li", "factor");
  const line = el("div", "line");
  line.append(el("span", "", factor.title), el("b", "", (factor.points > 0 ? "+" : "") + factor.points));
  const bar = el("div", "bar");
  bar.setAttribute("aria-hidden", "true");
  const fill = el("i", factor.points < 0 ? "less" : "");
  fill.style.width = Math.round((100 * Math.abs(factor.points)) / most) + "%";
  bar.append(fill);
  item.append(line, bar);
  if (factor.words) {
    const words = el("div", "words", factor.words);
    words.dir = "auto";
    item.append(words);
  }
  return item;
}

function whySection(data) {
  const section = el("section");
  const total = el("div", "total");
  total.append(el("b", "", data.priority), el("span", "quiet", "of 100"));
  const list = el("ul");
  const most = Math.max(1, ...data.factors.map((factor) => Math.abs(factor.points)));
  for (const factor of data.factors) list.append(factorLine(factor, most));
  section.append(el("h2", "", "Why this priority"), total);
  if (data.factors.length) section.append(list);
  else section.append(el("div", "words", "Nothing in it calls for haste."));
  if (data.said) section.append(sayRow(SAY.priority));
  if (data.mood) section.append(el("p", "mood", data.mood));
  if (data.said) section.append(sayRow(SAY.sentiment, data.said.tone));
  return section;
}

// Small buttons to say what it really is; the bench has the same keys. `now`: what its sentiment is called.
const SAY = {
  priority: [["Too low", "+", "Its priority is too low"], ["Too high", "-", "Its priority is too high"]],
  sentiment: [["Negative", "1", "It is negative"], ["Neutral", "2", "It is neutral"], ["Positive", "3", "It is positive"]],
};

function sayRow(deeds, now) {
  const row = el("div", "say");
  for (const [words, key, title] of deeds) {
    const node = benchButton(words, key, key);
    node.title = title + " (" + key + ")";
    node.setAttribute("aria-keyshortcuts", key);
    if (now) node.setAttribute("aria-pressed", String(words.toLowerCase() === now));
    row.append(node);
  }
  return row;
}

function levelSection(level, drift) {
  const section = el("section", "level");
  section.append(el("h2", "", "Service level"));
  if (level.due) {
    const line = el("div", "due");
    line.due = level.due;
    paintDue(line, drift);
    section.append(line, el("div", "words", level.promise));
    const late = level.due.seen ? (Date.parse(level.due.seen) - Date.parse(level.due.since)) / 1000 : 0;
    if (late >= 60) section.append(el("div", "words delay", "We learned of it " + exact(late) + " after it was sent."));
  } else section.append(el("div", "words", "Nothing is due."));
  for (const one of level.told) {
    const line = el("div", "words told", one.text + " · ");
    line.append(time(one.at));
    section.append(line);
  }
  return section;
}

function paintDue(node, drift) {
  const words = dueWords(node.due, drift);
  const tone = countdown(node.due, drift).tone;
  if (node.textContent !== words) node.textContent = words;
  node.className = "due " + tone;
  node.title = dueTitle(node.due, drift);
}

function contactSection(contact) {
  const section = el("section");
  section.append(el("h2", "", "Contact"));
  const who = el("div", "who", contact.name);
  who.dir = "auto";
  const person = el("div", "person");
  const names = el("div");
  person.append(face(contact.name, contact.face), names);
  names.append(who);
  section.append(person);
  const second = el("div");
  if (contact.url) second.append(link("", "@" + contact.handle, contact.url));
  else if (contact.handle) second.append(el("span", "quiet", "@" + contact.handle));
  if (contact.verified) second.append(" ", withIcon(el("span", "chip accent", "Verified"), "check"));
  names.append(second);
  if (contact.description) {
    const bio = el("p", "bio");
    fillBody(bio, contact.description);
    section.append(bio);
  }
  const facts = el("dl");
  for (const fact of contact.facts) {
    const value = el("dd", "", fact.at ? undefined : fact.value);
    if (fact.at) value.append(time(fact.at, ""));
    facts.append(el("dt", "", fact.name), value);
  }
  section.append(facts);
  for (const other of contact.others) {
    const line = el("div", "other", other.name + (other.handle ? " @" + other.handle : "") + " on " + other.channel);
    line.dir = "auto";
    section.append(withIcon(line, "person"));
  }
  const tools = el("div", "tools");
  tools.append(benchButton("Same customer …", "C", "customers"), benchButton("Mute …", "B", "silence"));
  section.append(tools);
  return section;
}

// The bench opens its lists; the buttons are for those who do not know the keys yet.
function benchButton(text, key, list) {
  const node = button("plain-button", text, () => {
    document.dispatchEvent(new CustomEvent("social-listener-bench", { detail: list }));
  });
  node.append(el("kbd", "", key));
  return node;
}

function labelSection(labels) {
  const section = el("section");
  const chips = el("div", "chips");
  for (const label of labels) chips.append(labelChip(label));
  chips.append(benchButton("Label …", "L", "labels"));
  section.append(el("h2", "", "Labels"), chips);
  return section;
}

function historySection(data, pick) {
  const section = el("section");
  section.append(el("h2", "", "Other conversations with them"));
  for (const past of data.history) {
    const line = button("past", undefined, () => pick(past.id));
    const top = el("div", "line");
    const kind = withIcon(el("span", "", past.kind + " · " + past.status), past.private ? "lock" : "globe");
    top.append(kind, time(past.at));
    const text = el("p", "", past.excerpt || "(no text)");
    text.dir = "auto";
    line.append(top, text);
    section.append(line);
  }
  if (!data.history.length) section.append(el("div", "words", "This is the first one we know of."));
  return section;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  const drawn = JSON.stringify({ ...data, now: 0 });
  const end = () => clearInterval(root.ticking);
  if (root.drawn === drawn) return end;
  const sameOne = root.conversation === data.id;
  const scrolled = root.scrollTop;
  root.drawn = drawn;
  root.conversation = data.id;
  root.tabIndex = 0;
  root.setAttribute("role", "complementary");
  root.setAttribute("aria-label", "About this conversation");
  const parts = [withIcon(button("back", "Conversation", () => showPane("conversation")), "back")];
  if (data.id) {
    parts.push(levelSection(data.level, driftOf(data)));
    parts.push(whySection(data));
    parts.push(labelSection(data.labels));
    if (data.silence) parts.push(el("div", "problem", "This contact is " + data.silence + ". What they write raises no row."));
    if (data.contact) parts.push(contactSection(data.contact));
    parts.push(historySection(data, (id) => {
      showPane("conversation");
      opening(id);
      setTriggerValue("pick", id);
    }));
    if (data.others) parts.push(el("div", "words", data.others));
  } else parts.push(el("div", "nobody", "Why it is urgent, who they are and what they wrote before is shown here."));
  root.replaceChildren(...parts);
  clearInterval(root.ticking);
  const drift = driftOf(data);
  root.ticking = setInterval(() => {
    for (const node of root.querySelectorAll(".level .due")) paintDue(node, drift);
  }, 1000);
  root.scrollTop = sameOne ? scrolled : 0;
  return end;
}
