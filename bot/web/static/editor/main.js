// The workbench joined: text, drawing, phone and problems about one file.
import { Schema } from "./help.js";
import { Text } from "./text.js";
import { Drawing } from "./graph.js";
import { Phone } from "./phone.js";

const page = document.getElementById("main");
const { file, kind } = page.dataset;
const find = (id) => document.getElementById(id);
const original = (id) => find(id).value.replace(/^\n/, "");
const isDrawn = Boolean(find("pane-graph"));
const flow = file.split("/").pop().replace(/\.yaml$/, "");

const READ_AFTER = 120; // milliseconds without a key
const PROVE_AFTER = 500;
const LOOK_AFTER = 5000;

const state = { base: page.dataset.base, saved: original("on-file"), problems: [], schema: null, isProved: false };

// Asking the server: forms, as everywhere in the console. Null when the page was left signed out, or the answer is late.
async function ask(url, fields, signal) {
  try {
    const answer = await fetch(url, {
      method: fields ? "POST" : "GET", signal, body: fields && new URLSearchParams(fields),
      headers: { "X-Form-Token": page.dataset.token, "HX-Request": "true" },
    });
    if (answer.headers.get("HX-Redirect")) {
      tell("You are signed out. Your text is kept: sign in again.");
      return null;
    }
    if (!answer.headers.get("Content-Type")?.includes("json")) {
      tell("The server could not answer. Your text stays here: try again in a moment.");
      return null;
    }
    return { ok: answer.ok, ...(await answer.json()) };
  } catch (error) {
    if (error.name !== "AbortError") tell("The server cannot be reached. Your text stays here.");
    return null;
  }
}

const tell = (sentence) => { find("saved").textContent = sentence; };

const text = new Text(find("text"), original("source"), { changed, moved, save, help: () => state.schema });
const drawing = isDrawn ? new Drawing({ host: find("drawing"), outline: find("outline"), screened: find("screened"), chosen }) : null;
const phone = isDrawn ? new Phone({ flow, ask: (talk) => ask(page.dataset.talk, { ...talk, file, text: text.value }), told: (talk) => drawing.light(talk.flow === flow ? talk.path : [], talk.flow === flow ? talk.step : "") }) : null;

// Checking while one types: reading at once, the proof when the hands rest.
let timers = [];
let running = null;
function changed() {
  const isDirty = text.value !== state.saved;
  tell(isDirty ? "Not saved; your draft is being kept" : "Saved");
  find("revert").hidden = !isDirty;
  state.isProved = false;
  timers.forEach(clearTimeout);
  timers = [setTimeout(() => check(false), READ_AFTER), setTimeout(() => check(true), PROVE_AFTER)];
}

async function check(proof) {
  running?.abort();
  running = new AbortController();
  const typed = text.value;
  const fields = { file, text: typed, base: state.base, ...(proof ? { proof: "1" } : {}) };
  const answer = await ask(page.dataset.check, fields, running.signal);
  if (!answer || typed !== text.value) return;
  if (!answer.ok) { tell(answer.sentence); return; }
  state.isProved = proof;
  if (typed !== state.saved) tell("Your draft is kept, not saved");
  if (proof || answer.problems.some((each) => !each.warning) || !state.problems.length) show(answer);
  if (answer.graph && drawing) {
    drawing.show(answer.graph);
    drawing.at(text.line);
    find("counts").textContent = `${answer.graph.boxes.filter((box) => !box.name.startsWith("!") && box.kind !== "end").length} steps, ${answer.graph.ways.length} ways`;
  } else if (drawing && !answer.graph) {
    find("counts").textContent = drawing.graph ? "as before the mistake" : "drawn once the text can be read";
  }
  if (proof && phone) phone.play();
  if (answer.theirs && answer.theirs.base !== state.theirs?.base) {
    if (typed === state.saved) look();
    else overtaken(answer.theirs);
  }
}

function show({ problems, elsewhere, proof }) {
  state.problems = problems;
  text.show(problems);
  const errors = problems.filter((each) => !each.warning).length;
  const all = [...problems, ...elsewhere];
  const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;
  find("errors").textContent = [count(errors, "error"), count(problems.length - errors, "warning"), ...(elsewhere.length ? [`${elsewhere.length} in other files`] : [])].join(", ");
  find("facts").textContent = proof ? `Proved: ${proof.states} states, ${proof.edges} moves; ${proof.asked} red flags asked about` : "";
  const verdict = find("verdict");
  verdict.className = `badge ${errors || elsewhere.length ? "urgent" : proof ? "ok" : ""}`;
  verdict.textContent = errors || elsewhere.length ? `${errors + elsewhere.length} to mend` : proof ? "Passes the proof" : "Proving…";
  find("problems").replaceChildren(...all.map(problemRow));
}

function problemRow(problem) {
  const item = document.createElement("li");
  item.className = problem.warning ? "soon" : "urgent";
  const where = problem.file === file ? `line ${problem.line}` : `${problem.file}:${problem.line}`;
  const button = document.createElement("button");
  button.type = "button";
  button.append(Object.assign(document.createElement("b"), { textContent: `${problem.warning ? "Warning" : "Error"}, ${where}` }), ` ${problem.sentence}`);
  button.addEventListener("click", () => go(problem.file, problem.line));
  item.append(button);
  if (problem.shown.length) {
    const more = item.appendChild(document.createElement("details"));
    more.append(Object.assign(document.createElement("summary"), { textContent: "Show the conversation" }), Object.assign(document.createElement("pre"), { textContent: problem.shown.join("\n"), tabIndex: 0 }));
  }
  return item;
}

function go(where, line) {
  if (where !== file) { location.href = `${page.dataset.edit}${where}?line=${line}`; return; }
  showPane("text");
  text.goTo(line);
}

function chosen(box) {
  if (box.kind === "end") return;
  if (box.file !== file && box.here) { showPane("text"); text.goTo(box.here, { focus: true }); return; }
  go(box.file, box.line);
}

function moved(line) {
  drawing?.at(line);
  find("lines").textContent = `line ${line} of ${text.view.state.doc.lines}`;
}

// Saving: the file is the truth, and nobody's change is lost under another's.
async function save() {
  const typed = text.value;
  const answer = await ask(page.dataset.save, { file, text: typed, base: state.base });
  if (!answer) return;
  if (answer.ok) {
    Object.assign(state, { base: answer.base, saved: typed });
    find("overtaken").hidden = true;
    find("revert").hidden = text.value === typed;
    tell(`Saved into ${file}`);
    return;
  }
  tell(answer.sentence);
  if (answer.theirs) overtaken(answer.theirs);
}

function overtaken({ base, text: theirs, difference }) {
  state.theirs = { base, text: theirs };
  if (difference) find("difference").textContent = difference.join("\n");
  find("overtaken").hidden = false;
  find("overtaken-title").focus();
}

async function look() {
  const answer = await ask(`${page.dataset.state}?live=1&base=${state.base}`);
  if (!answer?.ok || answer.base === state.base || answer.text === null) return;
  if (text.value === state.saved) {
    Object.assign(state, { base: answer.base, saved: answer.text });
    text.value = answer.text;
    tell("Changed elsewhere: this is the file as it is now");
  } else {
    check(state.isProved);
  }
}

find("save").addEventListener("click", save);
find("mine").addEventListener("click", async () => {
  state.base = (state.theirs || (await ask(`${page.dataset.state}?live=1`))).base;
  save();
});
async function takeFile() {
  const answer = await ask(page.dataset.drop, { file });
  if (!answer?.ok) return;
  Object.assign(state, { base: answer.base, saved: answer.text, theirs: null });
  text.value = answer.text;
  find("overtaken").hidden = true;
}
find("theirs").addEventListener("click", takeFile);
find("revert").addEventListener("click", takeFile);
setInterval(() => { if (!document.hidden) look(); }, LOOK_AFTER);

// Panes: side by side where there is room, else one after another.
function showPane(name) {
  const panes = document.querySelector(".panes");
  panes.dataset.shows = name;
  for (const tab of document.querySelectorAll("[role=tab]")) {
    tab.setAttribute("aria-selected", String(tab.dataset.pane === name));
    tab.tabIndex = tab.dataset.pane === name ? 0 : -1;
  }
  if (name === "graph") drawing?.svg && drawing.fit();
}
const tabs = [...document.querySelectorAll("[role=tab]")];
for (const [place, tab] of tabs.entries()) {
  tab.addEventListener("click", () => showPane(tab.dataset.pane));
  tab.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    const next = tabs[(place + by + tabs.length) % tabs.length];
    showPane(next.dataset.pane);
    next.focus();
  });
}

if (drawing) {
  find("zoom-in").addEventListener("click", () => drawing.zoomBy(1.25));
  find("zoom-out").addEventListener("click", () => drawing.zoomBy(0.8));
  find("zoom-fit").addEventListener("click", () => drawing.zoomBy(0));
  const as = (list) => {
    find("outline").hidden = !list;
    find("drawing").hidden = list;
    find("zoom").hidden = list;
    find("as-list").setAttribute("aria-pressed", String(list));
    find("as-drawing").setAttribute("aria-pressed", String(!list));
  };
  find("as-list").addEventListener("click", () => as(true));
  find("as-drawing").addEventListener("click", () => as(false));
  window.addEventListener("resize", () => drawing.svg && drawing.fit());
  find("golden-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const answer = await ask(page.dataset.golden, { ...phone.talk, file, text: text.value, name: find("golden-name").value });
    if (answer) find("golden-said").textContent = answer.ok ? `Kept as ${answer.file}` : answer.sentence;
  });
}
window.addEventListener("beforeunload", (event) => {
  // What is typed is kept at every rest of the hands; only the last half second could be lost.
  if (timers.length && !state.isProved && text.value !== state.saved) event.preventDefault();
});

moved(1);
if (page.dataset.line) text.goTo(Number(page.dataset.line));
ask(page.dataset.words).then((words) => { if (words?.ok) state.schema = new Schema(words); });
check(false).then(() => check(true));
