// The panes of the inbox are drawn once. What they show comes in one piece, so that no two of them ever show different
// conversations; what is done in them goes back through where that came from.
const DRAW = new Map();
const SHOWN = new Map();
// What was done before the feed is here waits for it: the list stands a moment before it.
const SAID = (window.socialListenerSaid ||= []);
let fire = null;

// A pane that draws what it is fed; nothing to show: null.
export function mount(pane, draw) {
  DRAW.set(pane, draw);
  if (SHOWN.has(pane)) draw(SHOWN.get(pane));
  return () => { if (DRAW.get(pane) === draw) DRAW.delete(pane); };
}

export function say(pane, event, value) {
  SAID.push([pane + "__" + event, value]);
  tell();
}

export function feed(all, setTriggerValue) {
  fire = setTriggerValue;
  for (const [pane, data] of Object.entries(all)) {
    SHOWN.set(pane, data);
    DRAW.get(pane)?.(data);
  }
  tell();
  return () => {
    SHOWN.clear();
    SAID.length = 0;
    fire = null;
  };
}

function tell() {
  while (fire && SAID.length) fire(...SAID.shift());
}

// The list is fed by itself, as it changes by itself; what is picked in it is drawn by the panes.
document.addEventListener("social-listener-say", tell);
