// The drawing: boxes laid out by dagre and drawn by us, the way walked on the phone lit, red-flag exits in a form of
// their own. The same as a list, for whoever would rather read.
import { Graph, dagreLayout } from "../vendor/codemirror-6.0.2.min.js";

const SVG = "http://www.w3.org/2000/svg";
const SIZE = { step: [196, 68], say: [196, 68], end: [120, 40], alarm: [176, 56] };
const SAID = { emergency: "Emergency", same_day: "Same day", routine: "Routine" };

const make = (name, attributes, text) => {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes || {})) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
};
const isAlarm = (box) => box.name.startsWith("!");
const cut = (text, most) => (text.length > most ? `${text.slice(0, most - 1).trimEnd()}…` : text);

// A text in two lines at most.
function wrapped(text, most) {
  const words = text.split(/\s+/);
  const lines = [""];
  for (const word of words) {
    if (`${lines.at(-1)} ${word}`.trim().length > most) lines.push("");
    lines[lines.length - 1] = `${lines.at(-1)} ${word}`.trim();
  }
  return lines.length > 2 ? [lines[0], cut(`${lines[1]} ${lines[2]}`, most)] : lines;
}

export class Drawing {
  constructor({ host, outline, screened, chosen }) {
    this.screened = screened;
    this.host = host;
    this.outline = outline;
    this.chosen = chosen; // (box) => what follows a click
    this.zoom = 0; // 0: as the window allows
    this.path = [];
    host.addEventListener("keydown", (event) => this.key(event));
  }

  show(graph) {
    const drawn = JSON.stringify(graph);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.graph = graph;
    this.place();
    this.draw();
    this.list();
    this.light(this.path, this.step);
  }

  place() {
    const layout = new Graph({ multigraph: true });
    layout.setGraph({ rankdir: "TB", nodesep: 28, ranksep: 44, marginx: 16, marginy: 16, edgesep: 12 });
    layout.setDefaultEdgeLabel(() => ({}));
    for (const box of this.graph.boxes) {
      const [width, height] = SIZE[isAlarm(box) ? "alarm" : box.kind] || SIZE.step;
      layout.setNode(box.name, { width, height });
    }
    for (const [index, way] of this.graph.ways.entries()) {
      layout.setEdge(way.from, way.to, { width: Math.min(way.label.length, 24) * 6 + 10, height: 16, labelpos: "c", minlen: 1 }, String(index));
    }
    dagreLayout(layout);
    this.layout = layout;
  }

  draw() {
    const { width, height } = this.layout.graph();
    this.size = [Math.ceil(width) || 1, Math.ceil(height) || 1];
    const svg = make("svg", { viewBox: `0 0 ${this.size[0]} ${this.size[1]}`, role: "group", "aria-label": "The flow as boxes" });
    const marks = svg.appendChild(make("defs"));
    for (const [id, name] of [["arrow", "way-end"], ["arrow-alarm", "alarm-end"], ["arrow-lit", "lit-end"]]) {
      const marker = marks.appendChild(make("marker", { id, class: name, viewBox: "0 0 10 10", refX: 9, refY: 5, markerWidth: 7, markerHeight: 7, orient: "auto-start-reverse" }));
      marker.append(make("path", { d: "M0 0L10 5L0 10z" }));
    }
    this.lines = this.graph.ways.map((way, index) => svg.appendChild(this.line(way, index)));
    this.boxes = new Map(this.graph.boxes.map((box) => [box.name, svg.appendChild(this.box(box))]));
    this.host.replaceChildren(svg);
    this.svg = svg;
    this.fit();
  }

  line(way, index) {
    const { points, x, y } = this.layout.edge(way.from, way.to, String(index));
    const group = make("g", { class: way.alarm ? "way alarm" : "way", "aria-hidden": "true" });
    const [first, ...rest] = points;
    const bends = rest.map((point, at) => {
      const next = rest[at + 1];
      return next ? `Q${point.x} ${point.y} ${(point.x + next.x) / 2} ${(point.y + next.y) / 2}` : `L${point.x} ${point.y}`;
    });
    group.append(make("path", { d: `M${first.x} ${first.y}${bends.join("")}`, "marker-end": `url(#${way.alarm ? "arrow-alarm" : "arrow"})` }));
    if (way.label) {
      const label = cut(way.label, 24);
      const half = label.length * 3.2 + 4;
      group.append(make("rect", { x: x - half, y: y - 9, width: half * 2, height: 18, rx: 4 }), make("text", { x, y: y + 4 }, label));
    }
    return group;
  }

  box(box) {
    const { x, y, width, height } = this.layout.node(box.name);
    const group = make("g", {
      class: `box ${isAlarm(box) ? `exit ${box.kind}` : box.kind}`, transform: `translate(${x - width / 2} ${y - height / 2})`,
      role: "button", tabindex: "-1", "data-name": box.name,
    });
    group.append(make("rect", { width, height, rx: isAlarm(box) ? 4 : 8 }));
    if (isAlarm(box)) {
      group.append(make("path", { class: "sign", d: "M14 20l4-4h6l4 4v6l-4 4h-6l-4-4zM21 18v5M21 26v.5" }));
      group.append(make("text", { x: 36, y: 24, class: "title" }, SAID[box.kind] || box.below), make("text", { x: 36, y: 42 }, cut(box.title, 20)));
    } else {
      group.append(make("text", { x: 12, y: box.kind === "end" ? 25 : 20, class: "title" }, box.kind === "end" ? "End" : cut(box.title, 20)));
      if (box.kind !== "end") group.append(make("text", { x: width - 10, y: 20, class: "kind" }, box.below === "says" ? "says" : box.below.replace("_", "/")));
      wrapped(box.text, 28).forEach((words, at) => words && group.append(make("text", { x: 12, y: 38 + at * 15 }, words)));
    }
    const texts = [...group.querySelectorAll("text")];
    for (const each of texts) each.append(" "); // so that the words of two lines are two words
    const read = texts.map((each) => each.textContent).join("").trim();
    group.setAttribute("aria-label", [read, this.leads(box)].filter(Boolean).join(". "));
    group.addEventListener("click", () => this.choose(box));
    return group;
  }

  // What a screen reader adds to a box: where its answers lead.
  leads(box) {
    if (isAlarm(box)) return "A red flag: staff are told at once";
    const ways = this.graph.ways.filter((way) => way.from === box.name);
    return ways.map((way) => `${way.label || "then"}: ${way.alarm ? "red flag " : ""}${way.to.replace(/^!/, "").replaceAll("_", " ")}`).join("; ");
  }

  choose(box) {
    this.mark(box.name);
    this.chosen(box);
  }

  mark(name) {
    for (const [own, group] of this.boxes || []) {
      group.classList.toggle("is-here", own === name);
      group.setAttribute("tabindex", own === name ? "0" : "-1");
    }
    for (const row of this.outline.children) row.classList.toggle("is-here", row.dataset.name === name);
    this.here = name;
  }

  // The caret stands in a line: the step that holds it is marked.
  at(line) {
    const steps = (this.graph?.boxes || []).filter((box) => box.here && box.here <= line);
    const step = steps.sort((a, b) => b.here - a.here)[0];
    if (step && step.name !== this.here) this.mark(step.name);
  }

  light(path, step) {
    this.path = path;
    this.step = step;
    if (!this.graph) return;
    const lit = new Set();
    const names = new Set([step].filter(Boolean));
    for (const [from, to] of path) {
      names.add(from).add(to);
      for (const index of this.between(from, to)) {
        lit.add(index);
        names.add(this.graph.ways[index].from).add(this.graph.ways[index].to);
      }
    }
    this.lines.forEach((line, index) => {
      line.classList.toggle("lit", lit.has(index));
      const end = this.graph.ways[index].alarm ? "arrow-alarm" : "arrow";
      line.querySelector("path").setAttribute("marker-end", `url(#${lit.has(index) && end === "arrow" ? "arrow-lit" : end})`);
    });
    for (const [name, group] of this.boxes) {
      group.classList.toggle("lit", names.has(name));
      group.classList.toggle("now", name === step);
    }
    for (const row of this.outline.children) row.classList.toggle("lit", names.has(row.dataset.name));
    const heard = path.filter(([, to]) => to.startsWith("!") && !this.boxes.has(to)).map(([, to]) => to.slice(1).replaceAll("_", " "));
    this.screened.classList.toggle("lit", heard.length > 0);
    this.screened.textContent = heard.length ? `Heard in free words: ${[...new Set(heard)].join(", ")}` : "Before every answer, any reply is screened for red flags";
  }

  // The ways from one box to another, by way of boxes that ask nothing.
  between(from, to) {
    const before = new Map([[from, null]]);
    const ahead = [from];
    while (ahead.length) {
      const name = ahead.shift();
      for (const [index, way] of this.graph.ways.entries()) {
        if (way.from !== name || before.has(way.to)) continue;
        before.set(way.to, index);
        if (way.to === to) {
          const found = [];
          for (let at = to; before.get(at) !== null; at = this.graph.ways[before.get(at)].from) found.push(before.get(at));
          return found;
        }
        if (!way.alarm) ahead.push(way.to);
      }
    }
    return [];
  }

  list() {
    const row = (box) => {
      const item = document.createElement("li");
      item.dataset.name = box.name;
      const button = item.appendChild(document.createElement("button"));
      button.type = "button";
      button.append(Object.assign(document.createElement("b"), { textContent: box.kind === "end" ? "End" : box.title }));
      button.append(Object.assign(document.createElement("span"), { textContent: box.text }));
      button.addEventListener("click", () => this.choose(box));
      const ways = this.graph.ways.filter((way) => way.from === box.name);
      if (ways.length) {
        const list = item.appendChild(document.createElement("ul"));
        for (const way of ways) {
          const target = this.graph.boxes.find((each) => each.name === way.to);
          const line = list.appendChild(document.createElement("li"));
          line.className = way.alarm ? `exit ${target.kind}` : "";
          line.textContent = way.alarm
            ? `${way.label || "then"}: red flag, ${SAID[target.kind]}: ${target.title}`
            : `${way.label || "then"}: ${way.to === "end" ? "the end" : way.to}`;
        }
      }
      return item;
    };
    this.outline.replaceChildren(...this.graph.boxes.filter((box) => !isAlarm(box) && box.kind !== "end").map(row));
  }

  // Zooming

  fit() {
    const room = this.host.clientWidth - 8;
    this.scale(this.zoom || Math.min(1, Math.max(0.45, room / this.size[0])));
  }

  scale(by) {
    this.now = by;
    this.svg.setAttribute("width", Math.round(this.size[0] * by));
    this.svg.setAttribute("height", Math.round(this.size[1] * by));
  }

  zoomBy(factor) {
    if (!this.svg) return;
    this.zoom = factor === 0 ? 0 : Math.min(2, Math.max(0.3, this.now * factor));
    this.fit();
  }

  // Keys: down and up along the ways, left and right in the row, Enter to the line.
  key(event) {
    if (!this.graph?.boxes.length) return;
    const here = this.graph.boxes.find((box) => box.name === this.here) || null;
    if (event.key === "Enter" || event.key === " ") {
      if (here) this.choose(here);
      event.preventDefault();
      return;
    }
    const target = here ? this.next(here, event.key) : event.key.startsWith("Arrow") && this.graph.boxes[0];
    if (!target) return;
    event.preventDefault();
    this.mark(target.name);
    this.boxes.get(target.name).focus();
    this.boxes.get(target.name).scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  next(box, key) {
    const at = (name) => this.layout.node(name);
    const own = at(box.name);
    const named = (name) => this.graph.boxes.find((each) => each.name === name);
    const nearest = (names) => named([...names].sort((a, b) => Math.abs(at(a).x - own.x) - Math.abs(at(b).x - own.x))[0]);
    if (key === "ArrowDown") return nearest(this.graph.ways.filter((way) => way.from === box.name).map((way) => way.to));
    if (key === "ArrowUp") return nearest(this.graph.ways.filter((way) => way.to === box.name).map((way) => way.from));
    const row = this.graph.boxes.filter((each) => Math.abs(at(each.name).y - own.y) < 24).sort((a, b) => at(a.name).x - at(b.name).x);
    const place = row.findIndex((each) => each.name === box.name);
    return { ArrowRight: row[place + 1], ArrowLeft: row[place - 1] }[key];
  }
}
