// Says when the service does not answer. What the page shows is then of a moment ago; what is typed stays, and is saved
// when the service is back. When the service answers that the session has ended, the page goes to sign in.
const OUTAGES = new WeakMap();
const PATIENCE = 2500;

export default function ({ parentElement }) {
  const root = parentElement.querySelector(".root");
  if (OUTAGES.has(root)) return OUTAGES.get(root).end;
  const outage = { timer: 0, lost: false };
  OUTAGES.set(root, outage);
  root.setAttribute("role", "status");
  const app = document.querySelector("[data-testid=stApp]");
  const look = () => {
    const lost = app.dataset.testConnectionState !== "CONNECTED";
    if (lost && !outage.lost) here();
    outage.lost = lost;
    if (!lost) {
      clearTimeout(outage.timer);
      outage.timer = 0;
      root.replaceChildren();
    } else if (!outage.timer) outage.timer = setTimeout(() => root.replaceChildren(el("div", "notice", outage.words)), PATIENCE);
  };
  outage.words = "The service does not answer. What you see may be old. Write on: your text is kept, and saved when it is back.";
  outage.watch = new MutationObserver(look);
  outage.watch.observe(app, { attributes: true, attributeFilter: ["data-test-connection-state"] });
  look();
  outage.toasts = nameToasts();
  outage.end = () => {
    outage.watch.disconnect();
    outage.toasts.disconnect();
    clearTimeout(outage.timer);
    OUTAGES.delete(root);
  };
  return outage.end;
}
