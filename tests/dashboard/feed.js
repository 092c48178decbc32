// Draws a component's script in this page, under its policy, once for each of `datas`, does to it what `steps` say, and
// returns what there came to be that must not, how many of the texts can be read, and which fields the script read of the
// first of them, each with what stood there.
async ({ script, datas, texts, steps, within, answers, forbidden }) => {
  const { default: draw } = await import(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
  const plain = (text) => text.replace(/[\u202A-\u202E\u2066-\u2069]/g, "").replace(/\s+/g, " ").trim();
  const [ends, bad, fields] = [[], [], new Map()];
  let [read, now] = [0, 0];

  const kind = (value) => {
    if (value === undefined || value === null || value === "" || value.length === 0) return "empty";
    if (typeof value === "object" && !Object.keys(value).length) return "empty";
    if (typeof value !== "string") return "value";
    return value.includes(texts[0]) ? "payload" : "other";
  };
  // What a script reads of a value is written down with its path; writing it as JSON is no reading.
  const [proxies, own] = [new WeakMap(), new WeakMap()];
  const watched = (value, path) => {
    if (typeof value !== "object" || value === null) return value;
    if (!proxies.has(value)) proxies.set(value, new Proxy(value, {
      get(target, name) {
        const inner = Reflect.get(target, name);
        if (name === "toJSON") return () => target;
        if (own.get(target)?.has(name)) return inner;
        if (typeof name === "symbol" || typeof inner === "function" || name === "length" || name === "then") return inner;
        const at = Array.isArray(target) ? path + "[]" : path + "." + name;
        fields.set(at, [...new Set(fields.get(at)).add(kind(inner))]);
        return watched(inner, at);
      },
      // What a script adds to it is its own.
      set(target, name, inner) {
        own.set(target, new Set(own.get(target)).add(name));
        return Reflect.set(target, name, inner);
      },
    }));
    return proxies.get(value);
  };
  const first = (value, path) => (now ? value : watched(value, path));

  const asked = window.fetch;
  window.fetch = async (address) => {
    const path = new URL(address, location.origin).pathname;
    const known = answers[path];
    const answer = known ? known[now] : { error: texts[now] };
    return { ok: Boolean(known), status: known ? 200 : 404, json: async () => first(answer, known ? path : "") };
  };

  const turn = () => new Promise((done) => setTimeout(done));
  const selection = (change) => {
    const { socialListenerSelection: all } = window;
    if (!all) return;
    change(all);
    document.dispatchEvent(new CustomEvent("social-listener-selection"));
  };
  const acts = {
    key: (_, key) => window.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true })),
    press: (shadow, selector) => shadow.querySelector(selector).click(),
    type: (shadow, selector, text) => {
      const field = shadow.querySelector(selector);
      field.focus();
      field.value = text;
      field.setSelectionRange(text.length, text.length);
      field.dispatchEvent(new InputEvent("input", { inputType: "insertText", data: text.slice(-1) }));
    },
    until: async (shadow, selector) => {
      for (let turns = 0; turns < 500 && !shadow.querySelector(selector); turns++) await turn();
    },
    select: () => selection((all) => all.ids.add("x:c1")),
    hear: (_, here) => {
      window.socialListenerHere = here[now];
      document.dispatchEvent(new CustomEvent("social-listener-here"));
    },
    again: (shadow, data) => draw({ data: first(data[now], ""), parentElement: shadow, setTriggerValue: () => {} }),
  };

  const look = (shadow) => {
    bad.push(...[...shadow.querySelectorAll(forbidden)].map((node) => node.outerHTML.slice(0, 200)));
    const links = [...shadow.querySelectorAll("a[href]")];
    bad.push(...links.filter((one) => !["http:", "https:"].includes(one.protocol)).map((one) => one.outerHTML));
    bad.push(...links.filter((one) => one.host !== location.host && one.relList.length < 3).map((one) => one.outerHTML));
  };
  const words = (shadow) => (within ? [...shadow.querySelectorAll(within)] : [shadow]).map((part) =>
    part.textContent + " " + [...part.querySelectorAll("textarea, input")].map((one) => one.value).join(" ")).join(" ");

  const shelf = document.createElement("div");
  document.body.append(shelf);
  for (const data of datas) {
    delete window.socialListenerComposer;
    selection((all) => all.ids.clear());
    const host = document.createElement("div");
    // Apart from all others, so that laying out one does not lay out all.
    host.style.cssText = "display:block;contain:strict;width:600px;height:300px";
    shelf.append(host);
    const shadow = host.attachShadow({ mode: "open" });
    const root = document.createElement("div");
    root.className = "root";
    shadow.append(root);
    const end = draw({ data: first(data, ""), parentElement: shadow, setTriggerValue: () => {} });
    for (const [name, ...more] of steps) await acts[name](shadow, ...more);
    read += plain(words(shadow)).includes(plain(texts[now])) ? 1 : 0;
    // What opens on a key, or is told to all, is there in one of them at a time; the others stay until all had their turn.
    if (steps.length) {
      look(shadow);
      end?.();
      document.documentElement.removeAttribute("data-picker");
      host.remove();
    } else ends.push(end);
    now += 1;
  }
  for (let turns = 0; turns < 3; turns++) await new Promise((done) => requestAnimationFrame(done));
  if (!steps.length) for (const host of shelf.children) look(host.shadowRoot);
  ends.filter(Boolean).forEach((end) => end());
  selection((all) => all.ids.clear());
  shelf.remove();
  window.fetch = asked;
  return { bad, read, fields: [...fields] };
}
