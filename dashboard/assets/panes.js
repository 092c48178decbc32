// The panes of the inbox are drawn once. What they show comes in one piece, so that no two of them ever show different
// conversations; what is done in them goes back through where that came from.
const DRAW = new Map();
const SHOWN = new Map();
let fire = () => {};

// A pane that draws what it is fed; nothing to show: null.
export function mount(pane, draw) {
  DRAW.set(pane, draw);
  if (SHOWN.has(pane)) draw(SHOWN.get(pane));
  return () => { if (DRAW.get(pane) === draw) DRAW.delete(pane); };
}

export function say(pane, event, value) {
  fire(pane + "__" + event, value);
}

export function feed(all, setTriggerValue) {
  fire = setTriggerValue;
  for (const [pane, data] of Object.entries(all)) {
    SHOWN.set(pane, data);
    DRAW.get(pane)?.(data);
  }
  return () => {
    SHOWN.clear();
    fire = () => {};
  };
}

// The list is fed by itself, as it changes by itself; what is picked in it is drawn by the panes.
document.addEventListener("social-listener-say", (event) => say(...event.detail));
