// A small button beside the search box; it opens what may be typed. Esc closes it, arrows and Tab walk, Enter inserts.
const HELPS = new WeakMap();

// Put an example behind what stands in the box, as if it were typed: the box itself tells the server.
function intoSearch(text) {
  const box = document.querySelector(".st-key-search input");
  if (!box) return;
  const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set;
  set.call(box, (box.value.trim() + " " + text).trim());
  box.dispatchEvent(new Event("input", { bubbles: true }));
  box.focus();
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".root");
  let state = HELPS.get(root);
  if (!state) {
    state = { panel: el("div", "panel") };
    HELPS.set(root, state);
    const opener = button("opener", "?", null, "What may be typed into the search");
    opener.setAttribute("aria-label", "Search help");
    opener.setAttribute("aria-expanded", "false");
    state.panel.popover = "auto";
    state.panel.setAttribute("role", "group");
    state.panel.setAttribute("aria-label", "What may be typed into the search");
    opener.popoverTargetElement = state.panel;
    state.panel.addEventListener("toggle", (event) => {
      const open = event.newState === "open";
      opener.setAttribute("aria-expanded", String(open));
      if (!open) return;
      const box = opener.getBoundingClientRect();
      state.panel.style.top = box.bottom + 6 + "px";
      state.panel.style.left = Math.max(8, Math.min(box.left - 200, innerWidth - state.panel.offsetWidth - 8)) + "px";
      state.panel.querySelector("button").focus();
    });
    state.panel.addEventListener("keydown", (event) => {
      const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!by) return;
      event.preventDefault();
      const all = [...state.panel.querySelectorAll("button")];
      const at = all.indexOf(state.panel.getRootNode().activeElement);
      all[(at + by + all.length) % all.length].focus();
    });
    root.append(opener, state.panel);
  }
  const drawn = JSON.stringify(data.examples);
  if (state.drawn === drawn) return; // whoever walks through the list keeps their place in it
  state.drawn = drawn;
  state.panel.replaceChildren(el("b", "", "Search"));
  for (const example of data.examples) {
    const row = button("example", "", () => {
      state.panel.hidePopover();
      intoSearch(example.text);
    });
    row.append(el("code", "", example.text), el("span", "", example.means));
    state.panel.append(row);
  }
  state.panel.append(el("span", "foot", "All parts together narrow the search. / goes to the box."));
}
