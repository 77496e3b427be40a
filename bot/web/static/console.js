// The console's little script: countdowns, keys, and news for screen readers. Without it everything works, by hand.
"use strict";

(() => {
  const shell = document.querySelector("[data-now]");
  if (!shell) return;

  // The clinic's time: what the server said last, and what has gone by since.
  let said = Date.parse(shell.dataset.now);
  let saidAt = performance.now();
  let pace = 1;
  const now = () => said + (performance.now() - saidAt) * pace;
  const hear = (text) => {
    const next = Date.parse(text || "");
    if (!next) return;
    const passed = performance.now() - saidAt;
    if (passed > 2000) pace = Math.max(0, (next - said) / passed); // a clinic on trial may run faster
    said = next;
    saidAt = performance.now();
  };

  const words = (away) => {
    const late = away <= 0 ? "late" : "left";
    const minutes = Math.floor(Math.abs(away) / 60000);
    if (minutes < 1) return away > 0 ? "under a minute left" : "now";
    if (minutes < 120) return `${minutes} min ${late}`;
    return minutes < 2880 ? `${Math.floor(minutes / 60)} h ${late}` : `${Math.floor(minutes / 1440)} days ${late}`;
  };
  const count = () => {
    for (const place of document.querySelectorAll("[data-until]")) {
      const text = words(Date.parse(place.dataset.until) - now());
      if (place.textContent !== text) place.textContent = text;
    }
  };
  setInterval(count, 1000);

  // What is new in the list is said once, and stands in the tab's title.
  const title = document.title;
  const ids = () => new Map([...document.querySelectorAll("#list [data-id]")].map((item) => [item.dataset.id, item.dataset.what]));
  let known = ids();
  const tell = () => {
    const list = document.getElementById("list");
    const open = Number(list?.dataset.count || 0);
    document.title = open ? `(${open}) ${title}` : title;
    const current = ids();
    const fresh = [...current].filter(([id]) => !known.has(id)).map(([, what]) => what);
    if (fresh.length) document.getElementById("news").textContent = `New: ${fresh.join("; ")}`;
    known = current;
  };
  tell();

  const thread = () => document.getElementById("thread");
  const toEnd = () => { const box = thread(); if (box) box.scrollTop = box.scrollHeight; };
  toEnd();
  let wasAtEnd = true;
  document.addEventListener("htmx:before:swap", () => {
    const box = thread();
    wasAtEnd = !box || box.scrollHeight - box.scrollTop - box.clientHeight < 60;
  });
  document.addEventListener("htmx:after:swap", () => { tell(); count(); if (wasAtEnd) toEnd(); });
  document.addEventListener("htmx:after:request", (event) => hear(event.detail?.ctx?.response?.headers?.get("X-Clinic-Now")));
  document.addEventListener("htmx:config:request", (event) => {
    const token = document.querySelector('input[name="form_token"]');
    if (token && event.detail?.ctx?.request?.headers) event.detail.ctx.request.headers["X-Form-Token"] = token.value;
  });

  // The words of a template go where the cursor is; without this script its link brings the page with them in place.
  document.addEventListener("click", (event) => {
    const chosen = event.target.closest("[data-words]");
    const box = document.querySelector("textarea#text");
    if (!chosen || !box) return;
    event.preventDefault();
    const before = box.value.trim();
    box.value = before ? `${before} ${chosen.dataset.words}` : chosen.dataset.words;
    box.focus();
    box.dispatchEvent(new Event("input", { bubbles: true }));
  });

  const move = (by) => {
    const items = [...document.querySelectorAll("#list .item")];
    const at = items.findIndex((item) => item === document.activeElement || (!items.includes(document.activeElement) && item.hasAttribute("aria-current")));
    const next = items[Math.min(Math.max(at + by, 0), items.length - 1)];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  };
  const isTyping = (element) => element.matches("input, textarea, select, [contenteditable]");
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
      event.target.closest("form[data-send]")?.requestSubmit();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const key = event.key.toLowerCase();
    if (key === "/") { document.getElementById("search")?.focus(); event.preventDefault(); }
    if (key === "j") move(1);
    if (key === "k") move(-1);
    if (key === "a") document.querySelector('[data-key="a"]')?.click();
  });
})();
