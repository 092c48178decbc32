// The weekly sample: one item at a time, by keyboard. What the program made of it is told nowhere. A press shows the next
// item at once; what was pressed counts as said until the service tells otherwise.
const ANSWERS = [["negative", "Negative", "1"], ["neutral", "Neutral", "2"], ["positive", "Positive", "3"], ["skip", "Skip", "S"]];

function saidOf(state, item) {
  return state.pressed.get(item.key) || item.verb;
}

function nextOpen(state, from) {
  const { items } = state.data.sample;
  for (let step = 1; step <= items.length; step++) {
    const place = (from + step) % items.length;
    if (!saidOf(state, items[place])) return place;
  }
  return -1;
}

function placeOf(state) {
  const { items } = state.data.sample;
  const held = items.findIndex((one) => one.key === state.at);
  return held >= 0 ? held : nextOpen(state, -1);
}

// What stood there went, since a colleague answered it or it was edited: what is pressed meanwhile was meant for that.
const LOOKS = 1200;

function noteSwap(state, item) {
  const { items } = state.data.sample;
  const gone = state.shown && state.shown !== item.key && !items.some((one) => one.key === state.shown);
  if (gone) state.swapped = { key: item.key, at: Date.now() };
  if (state.swapped?.key !== item.key) state.swapped = null;
  state.shown = item.key;
}

function answerIt(state, verb) {
  const { items } = state.data.sample;
  if (state.swapped && Date.now() - state.swapped.at < LOOKS) return;
  const place = placeOf(state);
  if (place < 0) return;
  const item = items[place];
  state.pressed.set(item.key, verb);
  state.fire("answer", { id: item.key, verb });
  const next = nextOpen(state, place);
  state.at = next < 0 ? null : items[next].key;
  state.paint();
}

function turnTo(state, step) {
  const { items } = state.data.sample;
  if (!items.length) return;
  const place = placeOf(state);
  const wanted = place < 0 ? (step < 0 ? items.length - 1 : 0) : Math.min(items.length - 1, Math.max(0, place + step));
  state.at = items[wanted].key;
  state.paint();
}

function sampleKey(state, event) {
  if (!plainKey(event) || typing(event) || dialogOpen()) return;
  const known = ANSWERS.find((one) => one[2] === event.key.toUpperCase());
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (event.repeat && known) return event.preventDefault();
  if (known && placeOf(state) >= 0) answerIt(state, known[0]);
  else if (step) turnTo(state, step);
  else return;
  event.preventDefault();
}

function emptyState({ title, text }, ...more) {
  const node = el("div", "empty");
  node.append(el("b", "", title), el("p", "", text), ...more);
  return node;
}

function drawSample(state) {
  const { sample } = state.data;
  for (const item of sample.items) if (item.verb && state.pressed.get(item.key) === item.verb) state.pressed.delete(item.key);
  const place = placeOf(state);
  const parts = [];
  const meter = el("div", "progress");
  const fill = el("i");
  fill.style.width = Math.round(100 * sample.share) + "%";
  const bar = el("span", "bar");
  bar.append(fill);
  meter.append(bar, el("span", "", sample.waits), el("span", "quiet", sample.done));
  if (sample.items.length || sample.share) parts.push(meter);
  if (place < 0) {
    const back = sample.items.length ? [button("plain-button", "Look at the last one again", () => turnTo(state, -1))] : [];
    const open = button("plain-button", "How good is it", () => state.fire("show", "figures"));
    parts.push(emptyState(sample.none, ...back, ...(sample.share ? [open] : [])));
    return parts;
  }
  const item = sample.items[place];
  const verb = saidOf(state, item);
  noteSwap(state, item);
  const card = el("article", "card");
  const head = el("div", "where");
  head.append(el("span", "", item.where), time(item.at), el("span", "count", place + 1 + " of " + sample.items.length));
  const body = el("div", "body");
  fillBody(body, item.text);
  body.tabIndex = 0;
  body.setAttribute("role", "region");
  body.setAttribute("aria-label", "What somebody wrote");
  card.append(head, body);
  const words = { ...Object.fromEntries(ANSWERS), skip: "Skipped" };
  const swapped = state.swapped ? "The one that stood here needs no answer any more: this is another." : "";
  card.append(el("p", "told", verb ? "You said: " + (verb === item.verb ? item.said : words[verb]) : swapped));
  const row = el("div", "answers");
  row.setAttribute("role", "group");
  row.setAttribute("aria-label", "What does the writer feel?");
  for (const [code, name, key] of ANSWERS) {
    const node = button("plain-button answer " + code, name, () => answerIt(state, code));
    node.append(el("kbd", "", key));
    node.setAttribute("aria-pressed", String(code === verb));
    node.setAttribute("aria-keyshortcuts", key);
    row.append(node);
  }
  const turns = el("div", "turns");
  const back = withIcon(button("plain-button", "Back", () => turnTo(state, -1), "Left arrow"), "back");
  const on = withIcon(button("plain-button", "On", () => turnTo(state, 1), "Right arrow"), "forward");
  back.disabled = place === 0;
  on.disabled = place === sample.items.length - 1;
  turns.append(back, on);
  const keys = el("p", "keys quiet", "Keys: 1, 2, 3 say what it is, S skips what nobody can tell, the arrows go back and on. Another key on an item that you answered changes your answer.");
  const told = el("div", "sr", item.where + ". " + item.text);
  told.setAttribute("role", "status");
  parts.push(el("p", "lead", "What does the writer feel? Say it without looking at what anybody made of it."), card, row, turns, keys, told);
  return parts;
}
