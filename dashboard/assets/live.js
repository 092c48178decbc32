// Hears of changes in the store. While the page is in the background it waits; on return it asks once. In the very moment
// in which somebody presses something it waits too: Streamlit sends what two panes have to say at once as one.
const FEEDS = new WeakMap();
const CALM = 400;
const AT_MOST = 3000;

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  let feed = FEEDS.get(root);
  if (!feed) {
    feed = { told: null, missed: false, acted: 0, timer: 0 };
    FEEDS.set(root, feed);
    const tell = () => {
      clearTimeout(feed.timer);
      const now = Date.now();
      feed.since = feed.since || now;
      if (document.hidden) feed.missed = true;
      else if (now - feed.acted < CALM && now - feed.since < AT_MOST) feed.timer = setTimeout(tell, CALM);
      else {
        feed.missed = false;
        feed.since = 0;
        feed.fire("changed", feed.told);
      }
    };
    feed.beats = new Beats();
    feed.source = new EventSource("/live?page=" + feed.beats.page);
    feed.source.addEventListener("presence", (event) => hear(event.data));
    feed.source.onmessage = (event) => {
      // What changed between the reading and this connection was told to nobody: the first word is compared with what
      // was read.
      const before = feed.told === null ? String(data.at) : feed.told;
      feed.told = event.data;
      if (before !== event.data) tell();
    };
    feed.onShow = () => { if (!document.hidden && feed.missed) tell(); };
    feed.onAct = () => { feed.acted = Date.now(); };
    document.addEventListener("visibilitychange", feed.onShow);
    for (const kind of ["keydown", "pointerdown", "click"]) document.addEventListener(kind, feed.onAct, true);
  }
  feed.fire = setTriggerValue;
  feed.beats.of(data.staff);
  return () => {
    feed.beats.end();
    feed.source.close();
    clearTimeout(feed.timer);
    document.removeEventListener("visibilitychange", feed.onShow);
    for (const kind of ["keydown", "pointerdown", "click"]) document.removeEventListener(kind, feed.onAct, true);
    FEEDS.delete(root);
  };
}
