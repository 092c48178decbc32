// Draws components one after the other on a page that is empty else, and returns which of `keys` each of them hears:
// a key is heard when nobody but the component gets it. `where`: body, typing, or the composer's own field.
async ({ components, keys, where }) => {
  window.fetch = async () => new Response("{}", { headers: { "content-type": "application/json" } });
  const heard = {};
  for (const [name, script, data] of components) {
    const { default: draw } = await import(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
    let drawn = null;
    const begin = () => {
      const host = document.createElement("div");
      document.body.append(host);
      const shadow = host.attachShadow({ mode: "open" });
      shadow.innerHTML = "<div class='root'></div>";
      delete window.socialListenerComposer;
      drawn = { host, shadow, end: draw({ data, parentElement: shadow, setTriggerValue: () => {} }) };
    };
    const end = () => {
      drawn?.end?.();
      drawn?.host.remove();
      drawn = null;
      document.documentElement.removeAttribute("data-picker");
    };
    heard[name] = [];
    for (const key of keys) {
      if (!drawn) begin();
      const places = { body: document.body, typing: document.querySelector("input"), composer: drawn.shadow.querySelector(".box > textarea") };
      const target = places[where];
      if (where !== "body") target.focus();
      const event = new KeyboardEvent("keydown", { ...key, bubbles: true, cancelable: true, composed: true });
      target.dispatchEvent(event);
      if (!event.defaultPrevented) continue;
      heard[name].push(key);
      end();
    }
    end();
  }
  return heard;
}
