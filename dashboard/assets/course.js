// The course of a spike: bars for what was said in each quarter of an hour, a line and a band for what is usual then.
// Where usual is not known there is neither. Every bar opens its messages; the same stands below as a table.
const SPACE = "http://www.w3.org/2000/svg";

function shape(tag, kind, facts) {
  const node = document.createElementNS(SPACE, tag);
  if (kind) node.setAttribute("class", kind);
  for (const [name, value] of Object.entries(facts)) node.setAttribute(name, String(value));
  return node;
}

function roundUp(most) {
  const step = 10 ** Math.floor(Math.log10(Math.max(4, most)));
  return [1, 2, 2.5, 5, 10].map((one) => one * step).find((one) => one >= most) || 10 * step;
}

function clock(iso) {
  return new Date(iso).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

function inWords({ at, items, usual, low, high, part }) {
  const said = items === null ? "not listened to" : items + (items === 1 ? " message" : " messages");
  const known = usual === null ? "usual not known" : "usual " + (usual < 3 ? usual.toFixed(1) : Math.round(usual)) + " (" + low + " to " + high + ")";
  return moment(at) + ": " + said + (part < 1 ? " so far" : "") + ", " + known;
}

class Course {
  constructor(ask) {
    this.ask = ask;
    this.node = el("div", "course");
    this.told = el("p", "quiet");
    this.frame = el("div", "chart");
    this.frame.setAttribute("role", "img");
    this.under = el("p", "under", "\u00a0");
    this.under.setAttribute("aria-hidden", "true");
    this.table = el("details");
    this.table.append(el("summary", "", "As a table"), el("div", "frame"));
    this.table.ontoggle = () => this.fillTable();
    this.node.append(this.told, this.frame, this.under, this.table);
    this.onSize = new ResizeObserver(() => {
      if (Math.abs(this.frame.clientWidth - (this.width || 0)) > 2) this.draw();
    });
    this.onSize.observe(this.frame);
  }

  update(data) {
    const drawn = JSON.stringify(data);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.data = data;
    this.told.textContent = plain(data.told);
    this.draw();
    this.fillTable();
  }

  draw() {
    const { data } = this;
    this.width = this.frame.clientWidth;
    if (!data || this.width < 60) return;
    const [wide, high, left, bottom, top] = [this.width, 190, 38, 22, 8];
    const { points } = data;
    const most = roundUp(Math.max(4, ...points.flatMap((one) => [one.items || 0, one.high || 0])));
    const x = (at) => left + ((wide - left - 4) * at) / Math.max(1, points.length);
    const y = (value) => top + (high - top - bottom) * (1 - value / most);
    const svg = shape("svg", "", { viewBox: `0 0 ${wide} ${high}`, width: wide, height: high, "aria-hidden": "true" });
    for (const value of [0, most / 2, most]) {
      svg.append(shape("line", "grid", { x1: left, x2: wide - 4, y1: y(value), y2: y(value) }));
      const word = shape("text", "tick", { x: left - 6, y: y(value) + 4, "text-anchor": "end" });
      word.textContent = value >= 10 || value % 1 === 0 ? Math.round(value).toLocaleString() : value;
      svg.append(word);
    }
    this.hours(svg, points, x, high, wide);
    for (const stretch of stretches(points)) {
      const above = stretch.map((at) => `${x(at + 0.5)},${y(points[at].high)}`);
      const below = stretch.map((at) => `${x(at + 0.5)},${y(points[at].low)}`).reverse();
      svg.append(shape("polygon", "band", { points: [...above, ...below].join(" ") }));
    }
    const since = Date.parse(data.since) - 900_000;
    const until = data.until ? Date.parse(data.until) : Infinity;
    const gap = Math.min(2, (x(1) - x(0)) / 5);
    points.forEach((one, at) => {
      if (one.items === null) return;
      const within = Date.parse(one.at) > since && Date.parse(one.at) <= until;
      const kind = "bar-of" + (within ? " within" : "") + (one.part < 1 ? " open" : "");
      svg.append(shape("rect", kind, { x: x(at) + gap / 2, y: y(one.items), width: Math.max(1, x(1) - x(0) - gap), height: Math.max(0, y(0) - y(one.items)) }));
    });
    for (const stretch of stretches(points)) {
      svg.append(shape("polyline", "usual", { points: stretch.map((at) => `${x(at + 0.5)},${y(points[at].usual)}`).join(" ") }));
    }
    svg.onpointermove = (event) => this.point(points[this.at(event, x, points)]);
    svg.onpointerleave = () => { this.under.textContent = "\u00a0"; };
    svg.onclick = (event) => this.open(points[this.at(event, x, points)], this.table.querySelector("summary"));
    this.frame.replaceChildren(svg);
    const peak = points.reduce((one, other) => ((other.items || 0) > (one.items || 0) ? other : one), points[0]);
    this.frame.setAttribute("aria-label", peak ? "Most: " + inWords(peak) : "Nothing yet");
  }

  hours(svg, points, x, high, wide) {
    const step = points.length * 15 > 48 * 60 ? 12 : wide < 500 ? 6 : 3;
    points.forEach((one, at) => {
      const then = new Date(one.at);
      if (then.getMinutes() || then.getHours() % step || x(at) > wide - 34) return;
      svg.append(shape("line", "hour", { x1: x(at), x2: x(at), y1: high - 22, y2: high - 18 }));
      const word = shape("text", "tick", { x: x(at), y: high - 5, "text-anchor": "middle" });
      word.textContent = then.getHours() ? clock(one.at) : then.toLocaleDateString([], { day: "numeric", month: "short" });
      svg.append(word);
    });
  }

  at(event, x, points) {
    const place = event.clientX - this.frame.getBoundingClientRect().left;
    return Math.max(0, Math.min(points.length - 1, Math.floor((place - x(0)) / (x(1) - x(0)))));
  }

  point(one) {
    if (one) this.under.textContent = inWords(one);
  }

  open(one, opener) {
    if (one && one.items) this.ask(opener, "quarter", one.at, moment(one.at) + " to " + clock(Date.parse(one.at) + 900_000));
  }

  fillTable() {
    if (!this.table.open || !this.data) return;
    const held = this.table.contains(this.table.getRootNode().activeElement) && this.table.getRootNode().activeElement.dataset?.key;
    const table = el("table");
    const head = el("tr");
    for (const name of ["From", "Messages", "Usual", "Ordinary"]) head.append(el("th", "", name));
    table.append(head);
    for (const one of [...this.data.points].reverse()) {
      const row = el("tr");
      const said = el("td");
      if (one.items) {
        const opens = button("link-button", String(one.items), () => this.open(one, opens));
        opens.dataset.key = one.at;
        said.append(opens);
      } else said.append(one.items === null ? "not listened to" : "0");
      const usual = one.usual === null ? ["not known", ""] : [one.usual.toFixed(1), one.low + " to " + one.high];
      const when = el("td");
      when.append(time(one.at, ""));
      row.append(when, said, el("td", "", usual[0]), el("td", "", usual[1]));
      table.append(row);
    }
    const frame = this.table.querySelector(".frame");
    frame.tabIndex = 0;
    frame.setAttribute("role", "region");
    frame.setAttribute("aria-label", "Course as a table");
    frame.replaceChildren(table);
    if (held) frame.querySelector(`[data-key="${CSS.escape(held)}"]`)?.focus();
  }
}

function stretches(points) {
  const found = [];
  points.forEach((one, at) => {
    if (one.usual === null) return;
    if (at && points[at - 1].usual !== null && found.length) found[found.length - 1].push(at);
    else found.push([at]);
  });
  return found;
}
