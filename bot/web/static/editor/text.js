// The text: CodeMirror with our completion, our help under the pointer and the server's problems. It lives in a shadow
// root, where its style sheets may be adopted: the page's policy lets no style in that is not a file of ours.
import {
  EditorState, EditorView, HighlightStyle, autocompletion, basicSetup, hoverTooltip, keymap, lintGutter, nextDiagnostic,
  setDiagnostics, syntaxHighlighting, tags, yaml,
} from "../vendor/codemirror-6.0.2.min.js";
import { keyOf, placeOf } from "./help.js";

const look = EditorView.theme({
  "&": { height: "100%", fontSize: "13px", color: "var(--ink)", backgroundColor: "var(--surface)" },
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55" },
  ".cm-content": { caretColor: "var(--ink)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)", borderLeftWidth: "2px" },
  ".cm-gutters": { backgroundColor: "var(--surface)", color: "var(--ink-3)", border: "0" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--accent-soft)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground, .cm-content ::selection": { backgroundColor: "color-mix(in srgb, var(--accent) 30%, transparent) !important" },
  ".cm-tooltip": { backgroundColor: "var(--surface)", color: "var(--ink)", border: "1px solid var(--edge)", borderRadius: "6px" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--on-accent)" },
  ".cm-completionDetail": { color: "inherit", opacity: ".85" },
  ".cm-help": { padding: "6px 10px", maxWidth: "360px", font: "13px/1.45 var(--font)" },
  ".cm-diagnostic": { font: "13px/1.45 var(--font)" },
  ".cm-panels": { backgroundColor: "var(--raised)", color: "var(--ink)" },
  ".cm-panel button, .cm-panel input": { color: "var(--ink)", background: "var(--surface)" },
});

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--accent)", fontWeight: "600" },
  { tag: tags.comment, color: "var(--ink-3)", fontStyle: "italic" },
  { tag: [tags.string, tags.content, tags.special(tags.string)], color: "var(--ink)" },
  { tag: [tags.punctuation, tags.separator, tags.squareBracket, tags.brace], color: "var(--ink-3)" },
  { tag: [tags.number, tags.bool, tags.keyword], color: "var(--info)" },
]);

export class Text {
  constructor(host, text, { changed, moved, save, help }) {
    this.help = help; // () => Schema, or null while it is not there yet
    const root = host.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(":host { display: block; min-height: 0; } .box { height: 100%; }");
    root.adoptedStyleSheets = [sheet];
    const box = root.appendChild(document.createElement("div"));
    box.className = "box";
    this.view = new EditorView({
      root,
      parent: box,
      state: EditorState.create({
        doc: text,
        extensions: [
          keymap.of([
            { key: "Mod-s", preventDefault: true, run: () => (save(), true) },
            { key: "F8", run: nextDiagnostic },
          ]),
          basicSetup,
          yaml(),
          look,
          syntaxHighlighting(colours),
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ "aria-label": "The file's text" }),
          lintGutter(),
          autocompletion({ override: [(context) => this.complete(context)], activateOnTyping: true }),
          hoverTooltip((view, place) => this.hover(view, place)),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) changed();
            if (update.selectionSet || update.docChanged) moved(this.line);
          }),
        ],
      }),
    });
  }

  get value() {
    return this.view.state.doc.toString();
  }

  set value(text) {
    this.view.dispatch({ changes: { from: 0, to: this.view.state.doc.length, insert: text } });
  }

  get line() {
    return this.view.state.doc.lineAt(this.view.state.selection.main.head).number;
  }

  goTo(number, { focus = true } = {}) {
    const line = this.view.state.doc.line(Math.min(Math.max(number, 1), this.view.state.doc.lines));
    const start = line.from + Math.max(line.text.search(/\S/), 0);
    this.view.dispatch({ selection: { anchor: start }, effects: EditorView.scrollIntoView(start, { y: "center" }) });
    if (focus) this.view.focus();
  }

  show(problems) {
    const found = problems.map((problem) => {
      const line = this.view.state.doc.line(Math.min(Math.max(problem.line, 1), this.view.state.doc.lines));
      const from = line.from + Math.max(line.text.search(/\S/), 0);
      return {
        from, to: Math.max(line.to, from), severity: problem.warning ? "warning" : "error", message: problem.sentence,
      };
    });
    this.view.dispatch(setDiagnostics(this.view.state, found));
  }

  lines(state) {
    return state.doc.toString().split("\n");
  }

  complete(context) {
    const schema = this.help();
    if (!schema) return null;
    const line = context.state.doc.lineAt(context.pos);
    const before = line.text.slice(0, context.pos - line.from);
    const hole = /\{[a-z_]*$/.exec(before);
    if (hole && /["'|>]|\w\s/.test(before)) {
      return this.offered(context.pos - hole[0].length + 1, schema.words.placeholders.map((name) => [name, { doc: "filled in from practice.yaml" }]), (name) => `${name}}`);
    }
    const key = keyOf(line.text);
    const word = /[\w.-]*$/.exec(before)[0];
    if (key && before.includes(":")) {
      const place = placeOf(this.lines(context.state), line.number - 1, key.column);
      const values = schema.values(place, key.name, context.state.doc.toString());
      return this.offered(context.pos - word.length, [...values].map(([name, doc]) => [name, { doc }]));
    }
    const start = /^(\s*)((?:- +)*)[\w-]*$/.exec(before);
    if (!start || (!context.explicit && !word)) return null;
    const place = placeOf(this.lines(context.state), line.number - 1, start[1].length + start[2].length);
    const lines = this.lines(context.state);
    lines[line.number - 1] = `${start[1]}${start[2]}x: `; // as if the key were written
    const beside = placeOf(lines, line.number - 1, start[1].length + start[2].length);
    beside.above = place.above.length ? place.above : beside.above;
    beside.beside.delete("x");
    return this.offered(context.pos - word.length, [...schema.keys(beside)], (name) => `${name}: `);
  }

  offered(from, entries, write = (name) => name) {
    const options = entries.map(([name, { doc, needed }]) => ({
      label: name, apply: write(name), info: doc || undefined, detail: needed ? "needed" : "", boost: needed ? 2 : 0,
      type: "property",
    }));
    return options.length ? { from, options, validFor: /^[\w.-]*$/ } : null;
  }

  hover(view, place) {
    const schema = this.help();
    const line = view.state.doc.lineAt(place);
    const key = keyOf(line.text);
    if (!schema || !key) return null;
    const from = line.from + key.column;
    if (place < from || place > from + key.name.length) return null;
    const doc = schema.doc(placeOf(this.lines(view.state), line.number - 1, key.column), key.name);
    if (!doc) return null;
    return {
      pos: from,
      end: from + key.name.length,
      create: () => {
        const dom = document.createElement("div");
        dom.className = "cm-help";
        dom.textContent = doc;
        return { dom };
      },
    };
  }
}
