// Text in pieces, some of which were looked for; textContent only, as everywhere.
function fillMarked(node, pieces) {
  node.replaceChildren();
  for (const piece of pieces) node.append(piece.mark ? el("mark", "", piece.text) : el("span", "", piece.text));
}

// What was understood of a search, and where else something was found.
function drawTold(node, told, show) {
  node.hidden = !told;
  if (!told) return;
  const drawn = JSON.stringify(told);
  if (node.dataset.drawn === drawn) return;
  node.dataset.drawn = drawn;
  node.replaceChildren(el("span", "", told.text));
  if (told.warn) node.append(el("span", "warn", told.warn));
  if (told.elsewhere.length) {
    const line = el("span", "elsewhere", "Also in ");
    told.elsewhere.forEach((one, index) => {
      if (index) line.append(", ");
      line.append(button("link-button", one.text, () => show(one.view)));
    });
    node.append(line);
  }
}
