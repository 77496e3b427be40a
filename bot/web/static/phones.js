// The phones page: asks our own server what changed, shows it, and sends what is typed. Texts are text, never markup.
"use strict";

const home = document.body.dataset.url;
const phones = new Map(); // number -> the phone on the page
const QUICK = { // by the patient's language
  en: ["8", "YES", "NO", "STOP", "cant feel when I wipe"],
  es: ["8", "SÍ", "NO", "STOP", "no siento cuando me limpio"],
  nurse: ["ACK", "HELP"],
};
const STATES = {
  due: ["Sending…", false],
  answered: ["Delivered", false],
  failed: ["Sent, but the clinic did not answer", true],
  lost: ["Lost on the way", true],
};
const SLOW = 700;
const QUICKLY = 120; // for a moment after a text: the answer must feel like an answer
const HIDDEN = 3000;

let last = 0;
let baseUrl = "";
let shown = null; // whose phone is shown where there is room for one
let hurryUntil = 0;
let timer = 0;
let asking = false;
let first = true;

const by = (id) => document.getElementById(id);

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

// Asking

async function ask() {
  if (asking) return;
  asking = true;
  clearTimeout(timer);
  try {
    const answer = await fetch(`${home}/data?after=${last}`, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(answer.status);
    show(await answer.json());
    by("away").hidden = true;
  } catch {
    by("away").hidden = false;
  }
  asking = false;
  timer = setTimeout(ask, Date.now() < hurryUntil ? QUICKLY : document.hidden ? HIDDEN : SLOW);
}

function hurry() {
  hurryUntil = Date.now() + 4000;
  ask();
}

function show(data) {
  baseUrl = data.base_url;
  by("clock").hidden = !data.clock;
  showClock(data.clock);
  const strangers = data.people.some((person) => !phones.has(person.number) && !(person.number in data.threads));
  present(data.people);
  for (const [number, lines] of Object.entries(data.threads)) phones.get(number)?.show(lines, first);
  last = strangers ? 0 : data.last; // somebody new: ask once for everything
  first = false;
  summarize();
}

// "Wed 25 Nov, 21:07 CST": where there is little room, the time alone.
function showClock(text) {
  const line = by("clock-line");
  if (line.textContent === text) return;
  const [time, ...day] = text.split(", ").reverse();
  line.replaceChildren(make("span", "clock-day", day.length ? `${day.reverse().join(", ")}, ` : ""), make("span", "", time));
}

// People come and go

function present(people) {
  by("nobody").hidden = people.length > 0;
  by("tabs").hidden = people.length < 2;
  const numbers = new Set(people.map((person) => person.number));
  for (const [number, phone] of phones) if (!numbers.has(number)) phone.remove(), phones.delete(number);
  for (const person of people) {
    if (!phones.has(person.number)) phones.set(person.number, new Phone(person));
    phones.get(person.number).name(person);
  }
  if (!phones.has(shown)) select(people[0]?.number ?? null);
}

function select(number) {
  shown = number;
  for (const [each, phone] of phones) phone.select(each === number);
  summarize();
}

// A page must be noticed wherever the window is scrolled to and whichever phone is in the hand.
function summarize() {
  let ringing = 0;
  let caller = null;
  for (const phone of phones.values()) {
    ringing += phone.rings.size;
    if (phone.rings.size) caller ??= phone;
  }
  by("calling").hidden = !caller;
  by("calling").classList.toggle("is-here", caller?.number === shown);
  if (caller) by("calling-whom").textContent = caller.person.name;
  by("calling").onclick = () => {
    select(caller.number);
    caller.element.scrollIntoView({ block: "center", behavior: "smooth" });
    caller.element.querySelector(".ack")?.focus({ preventScroll: true });
  };
  document.title = ringing ? `(${ringing}) Page ringing · Mendline` : "Phones · Mendline";
}

// One phone

class Phone {
  constructor(person) {
    this.number = person.number;
    this.role = person.role === "nurse" ? "nurse" : "patient";
    this.lines = new Map(); // seq -> its element and its state
    this.rings = new Map(); // code -> its banner
    this.unread = 0;
    this.element = by("phone-template").content.firstElementChild.cloneNode(true);
    this.part = (selector) => this.element.querySelector(selector);
    this.tab = this.makeTab();
    this.element.classList.add(`is-${this.role}`);
    this.element.id = `phone-${person.number.slice(1)}`;
    this.part(".role-word").textContent = this.role === "nurse" ? "Nurse" : "Patient";
    this.listen();
    by("tabs").append(this.tab);
    by("phones").append(this.element);
  }

  makeTab() {
    const tab = make("button", "tab");
    tab.type = "button";
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", `phone-${this.number.slice(1)}`);
    const face = make("span", "tab-face");
    face.setAttribute("aria-hidden", "true");
    tab.classList.add(`is-${this.role}`);
    tab.append(face, make("span", "tab-name"), make("span", "tab-role", this.role === "nurse" ? "Nurse" : "Patient"), make("span", "count"));
    tab.lastChild.hidden = true;
    tab.addEventListener("click", () => select(this.number));
    tab.addEventListener("keydown", moveBetweenTabs);
    return tab;
  }

  name(person) {
    const caption = [person.caption, pretty(person.number)].filter(Boolean).join(" · ");
    if (this.known === person.name + caption) return;
    this.known = person.name + caption;
    this.person = person;
    const given = person.name.split(" ")[0];
    this.part(".name").textContent = person.name;
    this.part(".caption").textContent = caption;
    this.part(".caption").title = caption;
    this.part(".initials").textContent = initials(person.name);
    this.part(".empty-thread").textContent =
      this.role === "nurse"
        ? `Quiet so far. When a patient’s answer holds a red flag, ${given}’s phone rings here.`
        : `No messages yet. Text the clinic as ${given}, or wait for the next check\u2011in.`;
    this.part(".screen").setAttribute("aria-label", `${person.name}: messages with the clinic`);
    this.part("textarea").setAttribute("aria-label", `Text message from ${person.name}`);
    this.element.setAttribute("aria-label", `${person.name}’s phone`);
    this.tab.querySelector(".tab-face").textContent = initials(person.name);
    this.tab.querySelector(".tab-name").textContent = given;
    this.fillQuick();
  }

  fillQuick() {
    this.part(".quick").replaceChildren();
    for (const words of this.role === "nurse" ? QUICK.nurse : QUICK[this.person.language] ?? QUICK.en) {
      const chip = make("button", "chip", words);
      chip.type = "button";
      chip.addEventListener("click", () => this.send(words));
      this.part(".quick").append(chip);
    }
  }

  listen() {
    const box = this.part("textarea");
    this.part("form").addEventListener("submit", (event) => {
      event.preventDefault();
      if (box.value.trim()) this.send(box.value, { fromBox: true });
      box.focus();
    });
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.part("form").requestSubmit();
    });
    this.part(".picture").addEventListener("click", () => this.send(box.value, { fromBox: true, media: 1 }));
  }

  async send(body, { fromBox = false, media = 0 } = {}) {
    const box = this.part("textarea");
    const problem = this.part(".problem");
    problem.hidden = true;
    if (fromBox) box.value = "";
    try {
      const answer = await fetch(`${home}/${encodeURIComponent(this.number)}/send`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ body, media }),
      });
      if (!answer.ok) throw new Error(answer.status);
      hurry();
    } catch {
      if (fromBox && !box.value) box.value = body;
      problem.textContent = "Not sent. Try again in a moment.";
      problem.hidden = false;
    }
  }

  show(lines, quietly) {
    const screen = this.part(".screen");
    const atEnd = screen.scrollHeight - screen.scrollTop - screen.clientHeight < 80;
    const kept = new Set(lines.map((line) => line.seq));
    for (const [seq, line] of this.lines) if (!kept.has(seq)) line.element.remove(), this.lines.delete(seq);
    let before = null;
    let added = false;
    for (const line of lines) {
      if (this.lines.has(line.seq)) this.retell(line);
      else this.append(line, before, quietly), (added = true);
      before = line;
    }
    this.part(".empty-thread").hidden = lines.length > 0;
    this.ring(lines);
    if (added && (atEnd || quietly || lines.at(-1).way === "sent")) screen.scrollTop = screen.scrollHeight;
    this.count();
  }

  append(line, before, quietly) {
    const thread = this.part(".thread");
    const at = new Date(line.at);
    const today = day(at, this.person.zone);
    if (!before || day(new Date(before.at), this.person.zone) !== today) thread.append(make("li", "day", today));
    const element = make("li", `line ${line.way}`);
    if (!before || before.way !== line.way) element.classList.add("begins");
    if (pageIn(line, this.role)) element.classList.add("is-page");
    if (!quietly) element.classList.add("fresh");
    element.append(make("span", "unseen", line.way === "sent" ? "Sent: " : "Received: "), bubble(line), make("span", "meta"));
    thread.append(element);
    this.lines.set(line.seq, { element, line });
    this.retell(line);
    this.hideRepeatedTime(before, line);
    if (!quietly && line.way === "received") this.announce(line);
  }

  retell(line) {
    const meta = this.lines.get(line.seq).element.querySelector(".meta");
    const [words, wrong] = line.way === "sent" ? (STATES[line.state] ?? ["", false]) : ["", false];
    const text = [clock(new Date(line.at), this.person.zone), words].filter(Boolean).join(" · ");
    if (meta.textContent !== text) meta.textContent = text;
    meta.classList.toggle("is-wrong", wrong);
    if (wrong) meta.hidden = false;
  }

  // Two in a row from the same side in the same minute share one time, unless the first has something to say.
  hideRepeatedTime(before, line) {
    const earlier = before && this.lines.get(before.seq);
    if (!earlier || before.way !== line.way || before.at.slice(0, 16) !== line.at.slice(0, 16)) return;
    if (before.state === "" || before.state === "answered") earlier.element.querySelector(".meta").hidden = true;
  }

  announce(line) {
    const page = pageIn(line, this.role);
    if (page) by("rung").textContent = `Page on ${this.person.name}’s phone, code ${page.code}.`;
    else by("said").textContent = `${this.person.name} received: ${line.body}`;
    if (shown !== this.number) this.unread += 1;
  }

  // Which pages still ring: the code has not been named since, by the nurse or by the clinic, and nobody silenced it.
  ring(lines) {
    const open = new Map();
    for (const line of lines) {
      const page = pageIn(line, this.role);
      if (page && !isSilenced(line.sid)) open.set(page.code, { ...page, line });
      else if (page) open.delete(page.code);
      if (!page) for (const code of open.keys()) if (mentions(line.body, code)) open.delete(code);
    }
    for (const [code, ring] of this.rings) if (open.get(code)?.line.sid !== ring.sid) ring.element.remove(), this.rings.delete(code);
    for (const [code, page] of open) if (!this.rings.has(code)) this.rings.set(code, this.makeRing(page));
    this.element.classList.toggle("is-ringing", this.rings.size > 0);
  }

  makeRing({ code, link, line }) {
    const element = by("ring-template").content.firstElementChild.cloneNode(true);
    const silence = () => {
      sessionStorage.setItem(`silenced ${line.sid}`, "1");
      element.remove();
      this.rings.delete(code);
      this.element.classList.toggle("is-ringing", this.rings.size > 0);
      this.count();
      summarize();
    };
    element.querySelector(".ring-code").textContent = code;
    element.querySelector(".ack").textContent = `Reply ACK ${code}`;
    element.querySelector(".ack").addEventListener("click", () => this.send(`ACK ${code}`));
    element.querySelector(".silence").addEventListener("click", silence);
    element.querySelector(".silence").setAttribute("aria-label", `Silence the page ${code}`);
    const open = element.querySelector(".open");
    open.hidden = !link;
    if (link) open.href = link;
    this.part(".rings").prepend(element);
    return { element, sid: line.sid };
  }

  count() {
    const badge = this.tab.lastChild;
    const ringing = this.rings.size;
    badge.textContent = ringing ? "Page" : String(this.unread);
    badge.hidden = !ringing && !this.unread;
    this.tab.classList.toggle("is-ringing", ringing > 0);
    const more = ringing ? ", page ringing" : this.unread ? `, ${this.unread} new` : "";
    this.tab.setAttribute("aria-label", (this.person?.name ?? "") + more);
  }

  select(chosen) {
    this.element.classList.toggle("is-shown", chosen);
    this.tab.setAttribute("aria-selected", String(chosen));
    this.tab.tabIndex = chosen ? 0 : -1;
    if (chosen) {
      this.tab.scrollIntoView({ block: "nearest", inline: "nearest" });
      this.unread = 0;
      this.count();
      this.part(".screen").scrollTop = this.part(".screen").scrollHeight;
    }
  }

  remove() {
    this.element.remove();
    this.tab.remove();
  }
}

function moveBetweenTabs(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const numbers = [...phones.keys()];
  const next = numbers[(numbers.indexOf(shown) + step + numbers.length) % numbers.length];
  select(next);
  phones.get(next).tab.focus();
  event.preventDefault();
}

// What a text holds

function bubble(line) {
  const element = make("div", "bubble");
  if (line.media) {
    const photo = make("span", "photo");
    photo.append(document.querySelector("#phone-template").content.querySelector(".picture .icon").cloneNode(true));
    photo.append(line.media === 1 ? "Picture" : `${line.media} pictures`);
    element.append(photo);
  }
  const words = make("span");
  for (const piece of line.body.split(/(\s+)/)) words.append(isOurs(piece) && line.way === "received" ? anchor(piece) : piece);
  if (line.body) element.append(words);
  return element;
}

function anchor(url) {
  const link = make("a", "", url);
  link.href = url;
  link.target = "_blank";
  link.rel = "noopener noreferrer";
  return link;
}

// Only the clinic's own address may be followed from a text, as a careful nurse would.
function isOurs(piece) {
  if (!baseUrl || !piece.startsWith(`${baseUrl}/`)) return false;
  try {
    return new URL(piece).origin === new URL(baseUrl).origin;
  } catch {
    return false;
  }
}

// A page bears a link to its alert and a code of three characters.
function pageIn(line, role) {
  if (role !== "nurse" || line.way !== "received") return null;
  const pieces = line.body.split(/\s+/);
  const link = pieces.find((piece) => /^https?:\/\/\S+\/a\/[\w-]+/.test(piece));
  if (!link) return null;
  const words = pieces.filter((piece) => piece !== link).join(" ");
  const code = /\bACK\s+([0-9A-F]{3})\b/.exec(words) ?? /\b([0-9A-F]{3})\b/.exec(words);
  return code && { code: code[1], link: isOurs(link) ? link : "" };
}

function mentions(body, code) {
  return body.toUpperCase().split(/[^0-9A-Z]+/).includes(code);
}

function isSilenced(sid) {
  return sessionStorage.getItem(`silenced ${sid}`) !== null;
}

// How things are written

function initials(name) {
  const words = name.split(/[\s.]+/).filter(Boolean);
  return (words[0]?.[0] ?? "?") + (words.length > 1 ? words.at(-1)[0] : "");
}

function pretty(number) {
  const us = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number);
  return us ? `${us[1]} ${us[2]} ${us[3]}` : number;
}

// A phone shows the time where its owner lives, and says where that is.
function clock(at, zone) {
  return at.toLocaleTimeString([], { hour: "numeric", minute: "2-digit", timeZone: zone });
}

function day(at, zone) {
  const date = at.toLocaleDateString([], { weekday: "short", month: "short", day: "numeric", timeZone: zone });
  return `${date} · ${zone.split("/").at(-1).replaceAll("_", " ")}`;
}

document.addEventListener("visibilitychange", () => document.hidden || ask());
ask();
