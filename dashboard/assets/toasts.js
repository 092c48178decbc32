// Streamlit's messages are dialogs for whoever hears the page, and their names lead nowhere: each is given one.
function nameToasts() {
  const name = () => {
    for (const toast of document.querySelectorAll("[data-testid=stToast]:not([aria-label])")) toast.setAttribute("aria-label", "Message");
  };
  const watch = new MutationObserver(name);
  watch.observe(document.body, { childList: true, subtree: true });
  name();
  return watch;
}
