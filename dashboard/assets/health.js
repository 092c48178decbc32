// Is anything missed, and what has a person to decide? Drawn by keys, so that a tick every few seconds changes nothing
// under the pointer and nothing that is being typed.
const BOARDS = new WeakMap();

function keyed(parent, wanted, make, fill) {
  const known = new Map([...parent.children].map((node) => [node.dataset.key, node]));
  let before = null;
  for (const item of wanted) {
    let node = known.get(item.key);
    if (!node) {
      node = make(item);
      node.dataset.key = item.key;
    }
    known.delete(item.key);
    const drawn = JSON.stringify(item);
    if (node.dataset.drawn !== drawn) {
      node.dataset.drawn = drawn;
      fill(node, item);
    }
    const place = before ? before.nextSibling : parent.firstChild;
    if (place !== node) parent.insertBefore(node, place);
    before = node;
  }
  known.forEach((node) => node.remove());
}

// A second press of a button that changes something asks first, in place.
function asking(className, text, question, act) {
  const node = el("span");
  const first = button(className, text, () => {
    const sure = button("plain-button strong", "Yes", () => { sure.disabled = true; act(); });
    node.replaceChildren(el("span", "ask", question + " "), sure, " ", button("plain-button", "No", () => { node.replaceChildren(first); first.focus(); }));
    sure.focus();
  });
  node.append(first);
  return node;
}

function cell(value, act) {
  const node = el("td", value.number ? "number" : "");
  if (value.tone !== undefined) node.append(el("span", "chip " + value.tone, value.text));
  else if (value.at) node.append(time(value.at, ""));
  else if (value.text) node.append(fillTimes(el("span"), value.text));
  if (value.small) node.append(fillTimes(el("small", value.bad ? "red" : ""), value.small));
  if (value.link) {
    const away = link("plain-button", value.link.label, location.origin + value.link.url);
    away.target = "_self";
    node.append(away);
  }
  if (value.raw) {
    const box = el("details");
    box.append(el("summary", "", "What came"), el("pre", "", value.raw));
    node.append(box);
  }
  for (const one of value.buttons || []) {
    const press = () => act(one.name, one.id);
    node.append(one.ask ? asking("plain-button", one.label, one.ask, press) : button("plain-button", one.label, press));
  }
  return node;
}

function fillTable(node, section, act) {
  let table = node.querySelector("table");
  if (!section.rows.length) {
    node.querySelector(".frame")?.remove();
    if (!node.querySelector(".none")) node.append(el("div", "none"));
    node.querySelector(".none").textContent = section.none;
    return;
  }
  node.querySelector(".none")?.remove();
  if (!table) {
    const frame = el("div", "frame");  // on a narrow screen it scrolls, by keys too
    frame.tabIndex = 0;
    frame.setAttribute("role", "region");
    frame.setAttribute("aria-label", section.title);
    table = el("table");
    const head = el("tr");
    for (const name of section.columns) {
      const cellNode = el("th", "", name);
      cellNode.scope = "col";
      head.append(cellNode);
    }
    const top = el("thead");
    top.append(head);
    table.append(top, el("tbody"));
    frame.append(table);
    node.append(frame);
  }
  const few = section.few && !node.dataset.all && section.rows.length > section.few;
  keyed(table.querySelector("tbody"), few ? section.rows.slice(0, section.few) : section.rows, () => el("tr"), (row, item) => {
    row.replaceChildren(...item.cells.map((value) => cell(value, act)));
  });
  node.querySelector(".all")?.remove();
  if (!few) return;
  node.append(button("plain-button all", "Show all " + section.rows.length, () => {
    node.dataset.all = "1";
    fillTable(node, section, act);
    node.querySelector(".frame").focus();
  }));
}

function fillCard(node, card, act) {
  const kept = node.querySelector("input")?.value || "";
  node.className = "card " + card.tone;
  const head = el("header");
  head.append(withIcon(el("b", "", card.title), card.private ? "lock" : "globe"), el("span", "", card.who), time(card.at));
  const words = el("blockquote");
  fillBody(words, card.text);
  const parts = [head, words];
  if (card.reason) parts.push(fillTimes(el("p", "reason"), card.reason));
  if (card.links.length) {
    const row = el("div", "choices");
    for (const one of card.links) {
      const away = link("plain-button", one.label, one.same ? location.origin + one.url : one.url);
      if (one.same) away.target = "_self";
      row.append(away);
    }
    parts.push(row);
  }
  if (card.decide) {
    const there = el("div", "choices");
    const field = el("input");
    field.value = kept;
    field.id = "there-" + card.key;
    field.placeholder = "Address or id of the post on the platform";
    field.spellcheck = false;
    const label = el("label", "", "It is there:");
    label.htmlFor = field.id;
    const yes = button("plain-button", "Settle as sent", () => act("there", { intent: card.intent, platform: field.value }));
    const check = () => { yes.disabled = !field.value.trim(); };
    field.oninput = check;
    field.onkeydown = (event) => { if (event.key === "Enter" && !yes.disabled) yes.click(); };
    check();
    there.append(label, field, yes);
    const gone = el("div", "choices");
    gone.append(
      el("label", "", "It is not there:"),
      asking("plain-button", "Send it again", "Did you look? It will be posted once more.", () => act("again", card.intent)),
      asking("plain-button", "Back to the draft", "It will not be sent.", () => act("back", card.intent)),
    );
    parts.push(there, gone);
  }
  node.replaceChildren(...parts);
}

function fillSection(node, section, act) {
  if (!node.querySelector("h2")) {
    node.append(el("h2"), el("p"), el("div", "cards"));
  }
  node.querySelector("h2").textContent = section.title;
  node.querySelector("p").textContent = section.lead;
  if (section.cards) keyed(node.querySelector(".cards"), section.cards, () => el("article"), (card, item) => fillCard(card, item, act));
  if (section.columns) fillTable(node, section, act);
  const tools = node.querySelector(".tools");
  tools?.remove();
  if (section.tool) {
    const bar = el("div", "choices tools");
    bar.style.marginTop = "8px";
    bar.append(button("plain-button", section.tool.label, () => act(section.tool.name, "")));
    node.append(bar);
  }
}

function fillBanner(node, data) {
  node.className = "banner " + (data.ok ? "good" : "bad");
  node.setAttribute("role", "status");
  const text = el("div");
  text.append(fillTimes(el("h1"), data.sentence));
  if (data.problems.length > 1) {
    const list = el("ul");
    for (const problem of data.problems.slice(1)) list.append(fillTimes(el("li"), problem));
    text.append(list);
  }
  text.append(el("p", "", data.lead));
  node.replaceChildren(icon(data.ok ? "check" : "warn"), text);
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  let state = BOARDS.get(root);
  if (!state) {
    state = { problem: el("div", "problem"), banner: el("div", "banner"), figures: el("div", "figures"), sections: el("div") };
    state.sections.style.cssText = "display:flex;flex-direction:column;gap:24px";
    BOARDS.set(root, state);
    root.append(state.problem, state.banner, state.figures, state.sections);
  }
  state.act = setTriggerValue;
  const act = (name, value) => state.act("act", { name, value, at: Date.now() });
  state.problem.hidden = !data.problem;
  state.problem.textContent = data.problem || "";
  state.banner.hidden = !data.banner;
  if (data.banner) {
    const drawn = JSON.stringify(data.banner);
    if (state.banner.dataset.drawn !== drawn) {
      state.banner.dataset.drawn = drawn;
      fillBanner(state.banner, data.banner);
    }
  }
  keyed(state.figures, data.figures, () => el("div"), (node, figure) => {
    node.className = "figure " + figure.tone;
    node.replaceChildren(el("b", "", figure.value), el("span", "", figure.name));
  });
  keyed(state.sections, data.sections, () => el("section"), (node, section) => fillSection(node, section, act));
  return () => BOARDS.delete(root);
}
