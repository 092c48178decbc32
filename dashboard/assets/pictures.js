// Pictures of platforms: asked for at our own server only, by the names it signed. A picture that cannot be shown says
// so in words, in the same place and of the same height, so that nothing below it moves.
function frame(attachment) {
  const box = el("a", "picture");
  box.href = location.origin + attachment.whole;
  box.target = "_blank";
  box.rel = "noopener";
  box.setAttribute("aria-label", attachment.words + ", open larger");
  const image = el("img");
  image.alt = plain(attachment.alt);
  image.loading = "lazy";
  image.decoding = "async";
  image.draggable = false;
  image.onload = () => box.classList.add("here");
  image.onerror = () => tell(box, attachment.src);
  image.src = location.origin + attachment.src;
  box.append(image);
  return box;
}

// What the server says instead of the picture; it knows that by now, and asks nobody again.
async function tell(box, src) {
  let words = "it cannot be loaded just now";
  try {
    const answer = await fetch(location.origin + src);
    words = (await answer.json()).error || words;
  } catch {
    // The connection is gone; the page says that elsewhere.
  }
  const told = el("div", "picture missing", "No picture: " + words);
  told.setAttribute("role", "note");
  box.replaceWith(told);
}

function drawAttachments(attachments) {
  const all = el("div", "attachments");
  for (const attachment of attachments) {
    const figure = el("figure", "attachment " + attachment.kind);
    if (attachment.src) figure.append(frame(attachment));
    const caption = el("figcaption", "", attachment.words + " ");
    caption.dir = "auto";
    if (attachment.url) caption.append(link("", attachment.open, attachment.url));
    figure.append(caption);
    all.append(figure);
  }
  return all;
}

// A person's picture above their initials: those stay when it does not come.
function face(name, src) {
  const node = el("span", "face", initials(name));
  node.setAttribute("aria-hidden", "true");
  if (!src) return node;
  const image = el("img");
  image.alt = "";
  image.onload = () => image.classList.add("here");
  image.onerror = () => image.remove();
  image.src = location.origin + src;
  node.append(image);
  return node;
}

function initials(name) {
  const words = plain(name).split(/\s+/).filter((word) => /\p{L}|\p{N}/u.test(word));
  const first = (word) => [...word].find((sign) => /\p{L}|\p{N}/u.test(sign)) || "";
  if (!words.length) return "?";
  return (first(words[0]) + (words.length > 1 ? first(words[words.length - 1]) : "")).toLocaleUpperCase();
}
