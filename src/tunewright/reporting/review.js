// Behind judging.js: an expert accepts, corrects or rejects rows of the data.
function beginEdit() {
  by("editor").hidden = false;
  by("corrected").focus();
  tell("Write the right answer; Ctrl Enter takes it, Esc leaves the field.");
}
function fault(text) {
  if (!text.trim()) return "The answer is empty. To take the row out, reject it.";
  if (text === items[state.at].answer) return "It is the answer in the data. Accept it, or change it.";
  if (data.kind !== "extraction") return "";
  try {
    JSON.parse(text);
    return "";
  } catch (error) {
    return `It is no JSON: ${error.message}`;
  }
}
function takeEdit() {
  const text = by("corrected").value;
  const wrong = fault(text);
  by("fault").textContent = wrong;
  if (wrong) return by("corrected").focus();
  judge({ verdict: "edit", answer: text }, "corrected");
}
function takeBack() {
  change({ verdict: undefined, answer: undefined });
  show();
  tell("Taken back.");
}
const decide = (verdict) => judge({ verdict, answer: undefined }, `(${items[state.at].id}) ${page.names[verdict]}`);

const page = {
  place: `tunewright-review:${data.sample}`,
  form: "tunewright review 1",
  download: `review-${data.sample.slice(0, 8)}.json`,
  names: { accept: "accepted", edit: "corrected", reject: "rejected" },
  verdict: ({ verdict }) => verdict,
  label: (index) => `${index + 1}: ${items[index].id}`,
  show(item, { verdict, answer }) {
    by("about").textContent = [item.id, ...Object.entries(item.about).map(([name, value]) => `${name}: ${value}`)].join(" · ");
    by("answer").textContent = item.answer;
    by("answer").classList.toggle("json", data.kind === "extraction");
    document.querySelector(".answer").className = `answer ${verdict ?? ""}`;
    by("editor").hidden = verdict !== "edit";
    by("corrected").value = answer ?? item.answer;
    by("fault").textContent = "";
  },
  file(reviewer, saved) {
    const verdicts = items.map((item) => {
      const { verdict = null, answer, comment, at } = said(item);
      return { id: item.id, key: item.key, verdict, answer, comment: comment || undefined, at };
    });
    return { form: page.form, project: data.project, sample: data.sample, reviewer, saved, verdicts };
  },
  load(given) {
    if (!Array.isArray(given.verdicts)) throw new Error("it is none that this page has saved");
    const known = new Set(items.map((item) => item.key));
    let taken = 0;
    for (const { key, verdict, answer, comment, at } of given.verdicts) {
      if (!known.has(key) || (!verdict && !comment) || (verdict && !Object.hasOwn(page.names, verdict))) continue;
      state.said[key] = { verdict: verdict ?? undefined, answer, comment, at };
      taken += 1;
    }
    const other = given.sample === data.sample ? "" : " The file is of another sample; only rows that are the same in both were taken.";
    return { who: given.reviewer, told: `Loaded what was said of ${taken} rows.${other}` };
  },
  take: (field) => { if (field === by("corrected")) takeEdit(); },
  keys: { a: () => decide("accept"), r: () => decide("reject"), e: beginEdit, x: takeBack, s: save },
  clicks: { accept: () => decide("accept"), reject: () => decide("reject"), edit: beginEdit, clear: takeBack, take: takeEdit },
};
start();
