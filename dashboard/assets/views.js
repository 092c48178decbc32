// The views of the queue with their counts. The list tells of new counts, which come with it.
const FIGURES = new WeakMap();

function figures(root, views) {
  const tabs = new Map([...root.children].map((node) => [node.dataset.view, node]));
  for (const view of views) {
    const tab = tabs.get(view.id);
    if (!tab) continue;
    tab.title = plain(view.title);
    const count = tab.querySelector(".count");
    if (count.textContent !== view.figure) count.textContent = view.figure;
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", "Views");
  const known = new Map([...root.children].map((node) => [node.dataset.view, node]));
  let before = null;
  for (const view of data.views) {
    let tab = known.get(view.id);
    if (!tab) {
      tab = el("button", "tab");
      tab.type = "button";
      tab.dataset.view = view.id;
      tab.append(el("span", "name"), el("span", "count"));
    }
    known.delete(view.id);
    const place = before ? before.nextSibling : root.firstChild;
    if (place !== tab) root.insertBefore(tab, place);
    before = tab;
    const name = tab.querySelector(".name");
    if (name.textContent !== plain(view.label)) name.textContent = plain(view.label);
    tab.classList.toggle("saved", Boolean(view.saved));
    tab.setAttribute("aria-pressed", String(view.id === data.chosen));
    tab.onclick = () => setTriggerValue("view", view.id);
  }
  known.forEach((node) => node.remove());
  figures(root, data.views);
  if (!FIGURES.has(root)) {
    FIGURES.set(root, (event) => figures(root, event.detail));
    document.addEventListener("social-listener-figures", FIGURES.get(root));
  }
  if (root.dataset.chosen !== data.chosen) {
    root.dataset.chosen = data.chosen;
    const tab = [...root.children].find((node) => node.dataset.view === data.chosen);
    if (tab) root.scrollLeft += Math.min(0, tab.offsetLeft - root.offsetLeft - root.scrollLeft) + Math.max(0, tab.offsetLeft - root.offsetLeft + tab.offsetWidth + 34 - root.scrollLeft - root.clientWidth);
  }
  // A wheel turns them sideways: those of a narrow window have no other way to the last ones but the keyboard.
  root.onwheel = (event) => {
    if (event.deltaX || root.scrollWidth <= root.clientWidth) return;
    root.scrollLeft += event.deltaY;
    event.preventDefault();
  };
  return () => {
    document.removeEventListener("social-listener-figures", FIGURES.get(root));
    FIGURES.delete(root);
  };
}
