// What a text costs and how hard it is to read, measured by the server as one types.
"use strict";

(() => {
  const form = document.querySelector("[data-measure]");
  const token = form.querySelector('[name="form_token"]').value;
  const waiting = new Map();
  const measure = async (box) => {
    const answer = await fetch(form.dataset.measure, {
      method: "POST", headers: { "X-Form-Token": token, "HX-Request": "true" },
      body: new URLSearchParams({ text: box.value, language: box.dataset.language }),
    });
    if (!answer.ok || !answer.headers.get("Content-Type")?.includes("json")) return;
    box.parentElement.querySelector(".measured").innerHTML = (await answer.json()).line; // our own page's piece, escaped there
  };
  form.addEventListener("input", (event) => {
    clearTimeout(waiting.get(event.target));
    waiting.set(event.target, setTimeout(measure, 250, event.target));
  });
})();
