// Hears of changes in the store. While the page is in the background it waits; on return it asks once. In the very moment
// in which somebody presses something, and until that is heard, it waits too: Streamlit sends what two panes have to say
// at once as one, and may lose what it draws for the one when the other arrives. When what was drawn does not come, the
// page asks again.
const FEEDS = new WeakMap();
const CALM = 400;
const AT_MOST = 3000;
const AGAIN_AFTER = 5000;
const AGAIN_AT_MOST = 60000;

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  let feed = FEEDS.get(root);
  if (!feed) {
    feed = { told: null, missed: false, acted: 0, timer: 0, reminder: 0, after: AGAIN_AFTER };
    FEEDS.set(root, feed);
    const tell = () => {
      clearTimeout(feed.timer);
      const now = Date.now();
      feed.since = feed.since || now;
      if (document.hidden) feed.missed = true;
      else if ((now - feed.acted < CALM || window.socialListenerWaits?.()) && now - feed.since < AT_MOST) feed.timer = setTimeout(tell, CALM);
      else {
        feed.missed = false;
        feed.since = 0;
        feed.fire("changed", feed.told);
        remind();
      }
    };
    const remind = () => {
      clearTimeout(feed.reminder);
      feed.reminder = setTimeout(() => {
        if (feed.at >= Number(feed.told)) return;
        feed.after = Math.min(2 * feed.after, AGAIN_AT_MOST);
        tell();
      }, feed.after);
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
  feed.at = Number(data.at);
  if (feed.at >= Number(feed.told)) feed.after = AGAIN_AFTER;
  feed.beats.of(data.staff);
  return () => {
    feed.beats.end();
    feed.source.close();
    clearTimeout(feed.timer);
    clearTimeout(feed.reminder);
    document.removeEventListener("visibilitychange", feed.onShow);
    for (const kind of ["keydown", "pointerdown", "click"]) document.removeEventListener(kind, feed.onAct, true);
    FEEDS.delete(root);
  };
}
