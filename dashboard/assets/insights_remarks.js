// Remarks on the time axis below a chart.
const REMARKS = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  const state = REMARKS.get(root) || {};
  REMARKS.set(root, state);
  state.fire = setTriggerValue;
  const drawn = JSON.stringify(data);
  if (state.drawn === drawn) return;
  state.drawn = drawn;
  const parts = [];
  const head = el("div", "head");
  head.append(el("h2", "", "Remarks"));
  const asks = (node, what) => {
    node.onclick = () => {
      opensDialog(node);
      state.fire("change", what());
    };
    return node;
  };
  if (data.mayWrite) head.append(asks(button("link-button", "Add a remark", null), () => "new " + Date.now()));
  parts.push(head);
  if (!data.remarks.length) parts.push(el("p", "quiet", "None in this period. A campaign or an outage that is written down here stands in every chart."));
  const list = el("ul");
  for (const one of data.remarks) {
    const node = el("li");
    const words = el("b", "", one.text);
    words.dir = "auto";
    node.append(el("span", "chip", one.kind), words, el("span", "when", one.when));
    if (one.about) node.append(el("span", "quiet", one.about));
    node.append(el("span", "quiet", "by " + one.by));
    if (data.mayWrite) {
      const change = asks(button("link-button", "Change", null), () => one.id);
      change.setAttribute("aria-label", plain("Change the remark: " + one.text));
      const away = button("link-button", "Take away", () => {
        // A double click on the first is no answer to the second.
        const shown = Date.now();
        const sure = button("link-button sure", "Really take it away", () => Date.now() - shown > 600 && state.fire("remove", one.id));
        away.replaceWith(sure);
        sure.focus();
      });
      away.setAttribute("aria-label", plain("Take away the remark: " + one.text));
      node.append(change, away);
    }
    list.append(node);
  }
  if (data.remarks.length) parts.push(list);
  const held = focusOf(root);
  root.replaceChildren(...parts);
  giveBack(root, held, ".link-button");
}
