// The secret of a link stands behind the "#", which no browser sends anywhere. It is taken from the address at once, so
// that it does not stay in the history, and handed over in a form.
const field = document.getElementById("code");
const form = document.getElementById("look");
const secret = location.hash.slice(1);
if (form && field && secret && !field.value) {
  history.replaceState(null, "", location.pathname);
  field.value = secret;
  form.submit();
}
