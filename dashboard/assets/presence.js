// Who else has this conversation open, and who types in it.
const TYPES = { public: "writes a reply", private: "writes privately", note: "writes a note" };

class Here {
  constructor(changed) {
    this.onChange = changed;
    document.addEventListener("social-listener-here", this.onChange);
  }

  shows(id) {
    if (window.socialListenerShown === id) return;
    window.socialListenerShown = id;
    document.dispatchEvent(new CustomEvent("social-listener-shown"));
    // The next one opened by itself, such as after E. Its name is drawn first: until the rest of it is here, keys must not
    // reach what is still there of the one before.
    // One that was picked meanwhile, and is not here yet, stays the one that is meant.
    const picked = window.socialListenerOpening;
    if (id && !picked) opening(id);
    if (!picked || picked === id) window.socialListenerOpening = null;
  }

  // What is told of a conversation may come before it is drawn, and is not told again: it is kept, and looked at by name.
  draw() {
    const here = (window.socialListenerHere || []).filter((one) => one.conversation === window.socialListenerShown);
    return here.flatMap((one) => {
      const chip = el("span", "chip here" + (one.typing ? " amber" : " accent"), one.staff + " " + (TYPES[one.typing] || "is here too"));
      return [withIcon(chip, one.typing ? "note" : "eye"), " "];
    });
  }

  end() {
    document.removeEventListener("social-listener-here", this.onChange);
    this.shows("");
  }
}
