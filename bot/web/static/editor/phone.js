// The phone: a talk with the draft. What was done is kept here as a list, and the server plays the whole of it again.
const FLAG = { en: "I cannot feel when I wipe", es: "No siento nada cuando me limpio" };
const TIER = { emergency: "Emergency", same_day: "Same day", routine: "Routine" };

export class Phone {
  constructor({ ask, flow, told }) {
    this.ask = ask; // (talk) => the answer of the server, or null
    this.flow = flow;
    this.told = told; // (talk) => what else is to follow
    this.acts = [];
    this.language = "en";
    this.find = (id) => document.getElementById(id);
    const act = (id, what) => this.find(id).addEventListener("click", () => this.does(what()));
    act("silence", () => ({ do: "silence" }));
    act("stop", () => ({ do: "text", text: "STOP" }));
    act("next-day", () => ({ do: "day" }));
    act("red-flag", () => ({ do: "text", text: FLAG[this.language] }));
    this.find("back-one").addEventListener("click", () => { this.acts.pop(); this.play(); });
    this.find("again").addEventListener("click", () => { this.acts = []; this.play(); });
    this.find("day").addEventListener("change", () => { this.acts = []; this.play(); });
    this.find("closed").addEventListener("change", () => this.play());
    this.find("phone-form").addEventListener("submit", (event) => {
      event.preventDefault();
      const text = this.find("reply").value.trim();
      if (!text) return;
      this.find("reply").value = "";
      this.does({ do: "text", text });
    });
    for (const button of document.querySelectorAll("[data-language]")) {
      button.addEventListener("click", () => {
        this.language = button.dataset.language;
        for (const each of document.querySelectorAll("[data-language]")) each.setAttribute("aria-pressed", String(each === button));
        this.find("red-flag").querySelector("span").textContent = `“${FLAG[this.language]}”`;
        this.play();
      });
    }
  }

  get talk() {
    return {
      flow: this.flow, language: this.language, day: this.find("day").value.trim(), closed: this.find("closed").checked ? "1" : "",
      acts: JSON.stringify(this.acts),
    };
  }

  does(act) {
    this.acts.push(act);
    this.play();
  }

  async play() {
    const answer = await this.ask(this.talk);
    if (!answer) return;
    if (answer.sentence) {
      this.find("talk").replaceChildren(Object.assign(document.createElement("li"), { className: "stage", textContent: answer.sentence }));
      return;
    }
    this.find("talk").replaceChildren(...answer.bubbles.map((bubble) => this.bubble(bubble)));
    this.find("talk-box").scrollTop = this.find("talk-box").scrollHeight;
    this.find("day").placeholder = String(answer.day);
    this.told(answer);
  }

  bubble(bubble) {
    const item = document.createElement("li");
    item.className = `${bubble.voice} ${bubble.tier}`.trim();
    const words = item.appendChild(document.createElement("p"));
    words.className = "words-said";
    const notes = [];
    if (bubble.voice === "mendline") {
      words.textContent = bubble.text;
      notes.push(`${bubble.segments} segment${bubble.segments === 1 ? "" : "s"}${bubble.encoding === "UCS-2" ? ", UCS-2" : ""}`, bubble.step, bubble.note);
    } else if (bubble.voice === "alert") {
      words.textContent = `Staff are told: ${TIER[bubble.tier] || bubble.tier}, ${bubble.text}`;
      notes.push(bubble.note);
    } else {
      words.textContent = bubble.text;
      if (bubble.voice === "patient") notes.push(bubble.note && !bubble.note.startsWith("not ") ? `understood as ${bubble.note}` : bubble.note);
    }
    const note = notes.filter(Boolean).join(" · ");
    if (note) item.append(Object.assign(document.createElement("p"), { className: "said-of", textContent: note }));
    return item;
  }
}
