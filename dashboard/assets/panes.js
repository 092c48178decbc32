// The panes of the inbox are drawn once. What they show comes in one piece, so that no two of them ever show different
// conversations; what is done in them goes back through where that came from.
const DRAW = new Map();
const SHOWN = new Map();
const DRAWN_BY = new WeakMap();
const MEANT_FOR = 10000;
const AGAIN_AFTER = 2000;
// What was done before the feed is here waits for it: the list stands a moment before it.
const SAID = (window.socialListenerSaid ||= []);
// What may not have been heard. Of two messages that wait for the same run Streamlit keeps the later one only: each brings
// along what was said before it, by number, and what is fed tells which was heard last. What Streamlit draws in the moment
// in which another message arrives may get lost on its way: after a while without an answer all of it is said again.
let unheard = [];
let number = Date.now();
let heardLast = 0;
let fire = null;
let feeding = null;
let reminder = 0;

// A pane that draws in `root` what it is fed; nothing to show: null. What is returned ends it, and tells whether the root
// is left: Streamlit ends a drawing that another overtook while it was loaded, though that one draws in the same root.
export function mount(pane, root, draw) {
  DRAW.set(pane, draw);
  DRAWN_BY.set(root, draw);
  if (SHOWN.has(pane)) draw(SHOWN.get(pane));
  return () => {
    if (DRAW.get(pane) === draw) DRAW.delete(pane);
    return DRAWN_BY.get(root) === draw;
  };
}

export function say(pane, event, value) {
  SAID.push([pane, event, value]);
  tell();
}

export function feed({ heard, panes }, setTriggerValue) {
  const mine = (feeding = {});
  fire = setTriggerValue;
  // A new session of the service knows nothing of what the one before it heard.
  unheard = heard < heardLast ? [] : unheard.filter((one) => one.number > heard);
  heardLast = heard;
  if (!unheard.length) clearTimeout(reminder);
  for (const [pane, data] of Object.entries(panes)) {
    SHOWN.set(pane, data);
    try {
      DRAW.get(pane)?.(data);
    } catch (error) {
      reportError(error); // the others must not go on showing another conversation
    }
  }
  tell();
  return () => {
    if (feeding !== mine) return; // overtaken while it was loaded; see mount
    SHOWN.clear();
    SAID.length = unheard.length = 0;
    clearTimeout(reminder);
    fire = null;
  };
}

function tell() {
  if (!fire || !SAID.length) return;
  const at = Date.now();
  const news = SAID.splice(0).map(([pane, what, value]) => ({ number: ++number, pane, what, value, at }));
  unheard = [...unheard.filter((one) => at - one.at < MEANT_FOR), ...news];
  fire("told", unheard);
  remind(AGAIN_AFTER);
}

function remind(after) {
  clearTimeout(reminder);
  reminder = setTimeout(() => {
    const at = Date.now();
    unheard = unheard.filter((one) => at - one.at < MEANT_FOR);
    if (!fire || !unheard.length) return;
    fire("told", unheard);
    remind(2 * after);
  }, after);
}

// Whether something was done in the panes of which the service has not told yet that it heard it.
window.socialListenerWaits = () => unheard.length > 0;

// The list is fed by itself, as it changes by itself; what is picked in it is drawn by the panes.
document.addEventListener("social-listener-say", tell);
