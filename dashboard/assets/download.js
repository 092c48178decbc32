// The button of a file that is made when it is asked for, and what becomes of it: `file` has word, name and src.
const PATIENCE = 180000; // milliseconds: a report with many charts takes its time
const NO_ANSWER = "The service does not answer. Try it again in a moment.";

function downloadButton(className, file) {
  const said = el("span", "said");
  said.setAttribute("role", "status");
  const say = (text, sorry) => {
    said.textContent = plain(text);
    said.classList.toggle("problem", Boolean(sorry));
  };
  const node = button(className, file.word, async () => {
    if (node.getAttribute("aria-busy") === "true") return;
    node.setAttribute("aria-busy", "true");
    say("Making " + file.name + " …");
    try {
      hand(await fileOf(file.src), file.name);
      say(file.name + " is made");
    } catch (error) {
      say(error instanceof Sorry ? error.message : NO_ANSWER, true);
    } finally {
      node.removeAttribute("aria-busy");
    }
  });
  return [withIcon(node, "down"), said];
}

class Sorry extends Error {}

async function fileOf(address) {
  const answer = await fetch(address, { signal: AbortSignal.timeout(PATIENCE) });
  if (answer.ok) return answer.blob();
  const told = await answer.json().catch(() => ({}));
  throw new Sorry(told.error || NO_ANSWER);
}

function hand(blob, name) {
  const way = el("a");
  way.href = URL.createObjectURL(blob);
  way.download = name;
  way.click();
  setTimeout(() => URL.revokeObjectURL(way.href), 60000);
}
