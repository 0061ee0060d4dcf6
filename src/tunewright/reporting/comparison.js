// Behind judging.js: a person chooses between two answers. Nothing here knows whose they are.
const undone = []; // What was said of rows before the last choices, the latest last.

function choose(choice) {
  undone.push([state.at, { ...said(items[state.at]) }]);
  judge({ choice }, page.names[choice]);
}
function undo() {
  const last = undone.pop();
  if (last === undefined) return tell("Nothing to undo since the page was opened; go back with k and choose anew.");
  const [index, { choice }] = last;
  state.at = index;
  change({ choice });
  go(index);
  tell(`Row ${index + 1} is as it was before.`);
}
// CRC-32 (ISO 3309), so that a file that was edited by hand is noticed; Python's zlib.crc32 gives the same.
function crc32(text) {
  let crc = 0xffffffff;
  for (const byte of new TextEncoder().encode(text)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (~crc >>> 0).toString(16).padStart(8, "0");
}
const wellFormed = (text) => new TextDecoder().decode(new TextEncoder().encode(text));

const page = {
  place: `tunewright-comparison:${data.page}`,
  form: "tunewright comparison 1",
  download: `comparison-${data.page.slice(0, 8)}.json`,
  names: { a: "A is better", b: "B is better", tie: "equally good", skip: "skipped" },
  verdict: ({ choice }) => choice,
  label: (index) => `Row ${index + 1}`,
  show(item, { choice }) {
    by("pair").replaceChildren(...["a", "b"].map((side) => {
      const box = block(`answer${choice === side ? " chosen" : ""}`, `Answer ${side.toUpperCase()}`, item[side] || "(empty)");
      box.querySelector(".text").classList.toggle("empty", !item[side]);
      return box;
    }));
  },
  file(rater, saved) {
    const choices = items.map((item) => {
      const { choice = null, comment = "" } = said(item);
      return { item: item.key, choice, comment: wellFormed(comment) };
    });
    const name = wellFormed(rater);
    const checked = [data.page, name, ...choices.flatMap(({ item, choice, comment }) => [item, choice ?? "", comment])];
    return { form: page.form, page: data.page, rater: name, saved, choices, check: crc32(checked.join("\n")) };
  },
  load(given) {
    if (given.page !== data.page) throw new Error("it is of another page");
    const known = new Set(items.map((item) => item.key));
    let taken = 0;
    for (const { item, choice, comment } of given.choices) {
      if (!known.has(item) || (!choice && !comment) || (choice && !Object.hasOwn(page.names, choice))) continue;
      state.said[item] = { choice: choice ?? undefined, comment };
      taken += 1;
    }
    return { who: given.rater, told: `Loaded what was said of ${taken} rows.` };
  },
  keys: { a: () => choose("a"), b: () => choose("b"), t: () => choose("tie"), s: () => choose("skip"), u: undo, f: save },
  clicks: { a: () => choose("a"), b: () => choose("b"), tie: () => choose("tie"), skip: () => choose("skip"), undo },
};
start();
