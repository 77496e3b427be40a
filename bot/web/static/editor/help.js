// What may stand where in a file: the names a group may hold, the values after each, and what each is for.
// All of it comes from the schema that `mendline flows schema` prints and from the names in the text itself.

const KEY = /^(\s*)((?:- +)*)([A-Za-z_][\w-]*)\s*:(?:\s|$)/;

// The key of a line, with its column; null where there is none.
export function keyOf(line) {
  const found = KEY.exec(line);
  return found && { name: found[3], column: found[1].length + found[2].length, begins: found[2] !== "" };
}

// The keys above a column of a line, outermost first, and those beside it in the same group.
export function placeOf(lines, number, column) {
  const above = [];
  const beside = new Map();
  let limit = column;
  let open = true; // still among the lines of the same group
  for (let at = number; at >= 0; at--) {
    const line = lines[at];
    if (!line || !line.trim() || line.trim().startsWith("#")) continue;
    const key = keyOf(line);
    if (!key) continue;
    const isOwn = at === number;
    if (!isOwn && open && key.column === column) beside.set(key.name, valueOf(line));
    if (open && key.column === column && key.begins) open = false;
    if (!isOwn && key.column < limit) {
      above.unshift(key.name);
      limit = key.column - (key.begins ? 1 : 0);
      open = false;
    }
    if (limit <= 0 && !open) break;
  }
  for (let at = number + 1; at < lines.length; at++) {
    const line = lines[at];
    if (!line.trim() || line.trim().startsWith("#")) continue;
    const key = keyOf(line);
    const indent = line.search(/\S/);
    if (indent < column) break;
    if (key && key.column === column && !key.begins) beside.set(key.name, valueOf(line));
  }
  return { above, beside };
}

const valueOf = (line) => line.slice(line.indexOf(":") + 1).trim();

export class Schema {
  constructor(words) {
    this.words = words;
    this.defs = words.schema.$defs || {};
  }

  // Every group that a part of the schema may be.
  groups(part) {
    if (!part) return [];
    if (part.$ref) return this.groups(this.defs[part.$ref.split("/").pop()]);
    if (part.anyOf) return part.anyOf.flatMap((each) => this.groups(each));
    if (part.type === "array") return this.groups(part.items);
    return [part];
  }

  below(groups, name) {
    return groups.flatMap((group) => {
      if (group.properties?.[name]) return this.groups(group.properties[name]);
      const pattern = Object.entries(group.patternProperties || {}).find(([key]) => new RegExp(key).test(name));
      if (pattern) return this.groups(pattern[1]);
      return typeof group.additionalProperties === "object" ? this.groups(group.additionalProperties) : [];
    });
  }

  at(above) {
    return above.reduce((groups, name) => this.below(groups, name), this.groups(this.words.schema));
  }

  // The groups that go with what stands there already: a step that says "ask" is no "say".
  fitting(place) {
    const groups = this.at(place.above).filter((group) => group.properties || group.patternProperties);
    const own = [...place.beside.keys()];
    const fit = groups.filter((group) => own.every((name) => this.allows(group, name)));
    return fit.length ? fit : groups;
  }

  allows(group, name) {
    return Boolean(group.properties?.[name]) || Object.keys(group.patternProperties || {}).some((key) => new RegExp(key).test(name));
  }

  keys(place) {
    const found = new Map();
    for (const group of this.fitting(place)) {
      for (const [name, part] of Object.entries(group.properties || {})) {
        if (!place.beside.has(name)) found.set(name, { doc: part.description || "", needed: (group.required || []).includes(name) });
      }
      if (group.patternProperties) {
        for (const language of this.words.languages) if (!place.beside.has(language)) found.set(language, { doc: "The words in this language.", needed: true });
      }
    }
    return found;
  }

  doc(place, name) {
    for (const group of this.fitting({ above: place.above, beside: new Map([...place.beside, [name, ""]]) })) {
      if (group.properties?.[name]?.description) return group.properties[name].description;
    }
    return place.above.length && this.words.languages.includes(name) ? "The words in this language." : "";
  }

  // The words that may stand after a key, with what each is.
  values(place, name, text) {
    const found = new Map();
    const add = (words, doc) => words.forEach((word) => found.set(String(word), doc));
    for (const group of this.fitting({ above: place.above, beside: new Map([...place.beside, [name, ""]]) })) {
      for (const part of this.leaves(group.properties?.[name])) {
        add(part.enum || [], part.description || "");
        if (part.const !== undefined) add([part.const], "");
        if (part.type === "boolean") add(["true", "false"], "");
      }
    }
    add(this.words.names[name] || [], name === "use" ? "a shared part" : name === "red_flag" || name === "concept" ? "a red flag of redflags.yaml" : "");
    const named = namesIn(text);
    if (name === "goto") add([...named.steps, "end"], "a step of this flow");
    if (name === "of" || name === "answer") add(named.asks, "a question of this flow");
    if (name === "if" || name === "skip_if") add([...named.asks, "day", "language", ...named.asks.map((each) => `change.${each}`)], "an answer or a fact");
    if (name === "when") add(["any", "yes", "no", ...named.options], "an answer");
    return found;
  }

  leaves(part) {
    if (!part) return [];
    if (part.$ref) return this.leaves(this.defs[part.$ref.split("/").pop()]);
    if (part.anyOf) return part.anyOf.flatMap((each) => this.leaves(each));
    if (part.type === "array") return this.leaves(part.items);
    return part.type === "object" ? [] : [part];
  }
}

// The steps, questions and options that the text names.
export function namesIn(text) {
  const all = (pattern) => [...new Set([...text.matchAll(pattern)].map((found) => found[1]))];
  return {
    steps: all(/^\s*- (?:ask|say|score|use):\s*([\w-]+)/gm),
    asks: all(/^\s*- (?:ask|score):\s*([\w-]+)/gm),
    options: all(/^\s*- (?:\{\s*)?name:\s*([\w-]+)/gm),
  };
}
