// The Sentiment page: what people taught the program, one part at a time.
const PAGES = new WeakMap();
const DRAWERS = { sample: drawSample, figures: drawFigures, rules: drawRules, corrections: drawCorrections };

function tabs(state) {
  const row = el("nav", "tabs");
  row.setAttribute("aria-label", "What people taught the program");
  for (const one of state.data.parts) {
    const node = button("tab", one.name, () => state.fire("show", one.key));
    if (one.mode) node.setAttribute("aria-current", "page");
    row.append(node);
  }
  return row;
}

function paintAll(state) {
  const { data, root } = state;
  const held = focusOf(root);
  const parts = [tabs(state)];
  if (data.problem) {
    const told = el("p", "problem", data.problem);
    told.setAttribute("role", "alert");
    parts.push(told);
  }
  const body = el("div", "part " + data.mode);
  if (data[data.mode]) body.append(...DRAWERS[data.mode](state));
  parts.push(body);
  root.replaceChildren(...parts);
  giveBack(root, held, "[tabindex='-1'], [aria-current]");
}

// A double click asks for the same once: the second would be refused, as it was done by the first.
const TWICE = 700;

function once(state, event, value) {
  const told = event + JSON.stringify(value);
  const first = told !== state.told || Date.now() - state.toldAt > TWICE;
  state.told = told;
  state.toldAt = Date.now();
  return first;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  let state = PAGES.get(root);
  if (!state) {
    state = { root, pressed: new Map(), at: null, busy: "", drawn: "" };
    PAGES.set(root, state);
    state.paint = () => paintAll(state);
  }
  state.fire = (event, value) => once(state, event, value) && setTriggerValue(event, value);
  state.data = data;
  const drawn = JSON.stringify(data);
  state.busy = "";
  // A refused answer is none: what the service tells holds.
  if (data.problem) state.pressed.clear();
  if (state.drawn !== drawn || data.problem) state.paint();
  state.drawn = drawn;
  const onKey = (event) => {
    if (state.data.mode === "sample" && state.data.sample) sampleKey(state, event);
  };
  window.addEventListener("keydown", onKey);
  return () => window.removeEventListener("keydown", onKey);
}
