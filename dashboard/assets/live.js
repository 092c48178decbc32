// Hears of changes in the store. While the page is in the background it waits; on return it asks once.
const FEEDS = new WeakMap();

export default function ({ parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".root");
  let feed = FEEDS.get(root);
  if (!feed) {
    feed = { told: null, missed: false };
    FEEDS.set(root, feed);
    const tell = () => {
      if (document.hidden) feed.missed = true;
      else {
        feed.missed = false;
        feed.fire("changed", feed.latest);
      }
    };
    feed.source = new EventSource("/live");
    feed.source.onmessage = (event) => {
      feed.latest = event.data;
      if (feed.told === null) feed.told = event.data;
      else if (feed.told !== event.data) {
        feed.told = event.data;
        tell();
      }
    };
    feed.onShow = () => { if (!document.hidden && feed.missed) tell(); };
    document.addEventListener("visibilitychange", feed.onShow);
  }
  feed.fire = setTriggerValue;
  return () => {
    feed.source.close();
    document.removeEventListener("visibilitychange", feed.onShow);
    FEEDS.delete(root);
  };
}
