// Whether the session still lasts, and the two ways in which it ends: by somebody's wish here, or elsewhere.
const UNSAVED = "social-listener-unsaved";

// Tells the server that somebody is at work; when the session has ended, the page goes to sign in. No answer says nothing.
async function here() {
  const answer = await fetch("/session/here", { method: "POST", credentials: "same-origin" }).catch(() => null);
  if (answer && answer.status === 401) signedOut();
}

// The session has ended: what is typed and not saved is kept in this tab, and taken up once the same person is back.
function signedOut() {
  if (window.socialListenerSignedOut) return;
  window.socialListenerSignedOut = true;
  document.dispatchEvent(new CustomEvent("social-listener-signed-out"));
  location.assign("/sign-in?why=ended&next=" + encodeURIComponent(location.pathname + location.search));
}

// Signs out at the wish of whoever sits here: what is typed is saved on the server first.
async function signOut() {
  const saving = [];
  document.dispatchEvent(new CustomEvent("social-listener-leaving", { detail: saving }));
  await Promise.race([Promise.allSettled(saving), new Promise((done) => setTimeout(done, 3000))]);
  const headers = { "content-type": "application/json" };
  await fetch("/session/end", { method: "POST", credentials: "same-origin", headers, body: "{}" }).catch(() => null);
  window.socialListenerSignedOut = true;
  location.assign("/sign-in?why=out");
}
