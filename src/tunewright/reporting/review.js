"use strict";
// Rows are shown as text only (textContent), whatever they hold. Nothing is loaded and nothing is sent.
const data = JSON.parse(document.getElementById("data").textContent);
const rows = data.rows;
const by = (id) => document.getElementById(id);
const place = `tunewright-review:${data.sample}`;
const names = { accept: "accepted", edit: "corrected", reject: "rejected" };
const state = { reviewer: "", shortcuts: true, at: 0, verdicts: {} };
let unsaved = false;

function remember() {
  try {
    localStorage.setItem(place, JSON.stringify(state));
  } catch {
    warn("This browser keeps nothing for this page. Save to a file before you close it.");
  }
}
function recall() {
  try {
    const kept = JSON.parse(localStorage.getItem(place) ?? "null");
    if (kept !== null) Object.assign(state, kept);
  } catch {
    warn("This browser keeps nothing for this page. Save to a file before you close it.");
  }
  if (!Number.isInteger(state.at) || state.at < 0 || state.at >= rows.length) state.at = 0;
}
function warn(words) {
  by("warning").textContent = words;
  by("warning").hidden = false;
}
function tell(words) {
  by("told").textContent = words;
}
const said = (row) => state.verdicts[row.key] ?? {};
const open = () => rows.filter((row) => !said(row).verdict).length;

function change(values) {
  const row = rows[state.at];
  state.verdicts[row.key] = { ...said(row), ...values, at: new Date().toISOString() };
  unsaved = true;
  remember();
  label(state.at);
}
function label(index) {
  const row = rows[index];
  const verdict = said(row).verdict;
  by("jump").options[index].textContent = `${index + 1}: ${row.id}${verdict ? `, ${names[verdict]}` : ""}`;
}
function turn(role, content) {
  const box = document.createElement("section");
  box.className = `turn ${role === "assistant" ? "assistant" : ""}`;
  const title = document.createElement("h3");
  title.textContent = role;
  const text = document.createElement("div");
  text.className = "text";
  text.dir = "auto";
  text.textContent = content;
  box.append(title, text);
  return box;
}
function show() {
  const row = rows[state.at];
  const { verdict, answer, comment } = said(row);
  by("heading").textContent = `Row ${state.at + 1} of ${rows.length}${verdict ? `: ${names[verdict]}` : ""}`;
  by("about").textContent = [row.id, ...Object.entries(row.about).map(([name, value]) => `${name}: ${value}`)].join(" · ");
  by("turns").replaceChildren(...row.turns.map(([role, content]) => turn(role, content)));
  by("answer").textContent = row.answer;
  by("answer").classList.toggle("json", data.kind === "extraction");
  document.querySelector(".answer").className = `answer ${verdict ?? ""}`;
  for (const name of Object.keys(names)) by(name).setAttribute("aria-pressed", String(verdict === name));
  by("editor").hidden = verdict !== "edit";
  by("corrected").value = answer ?? row.answer;
  by("comment").value = comment ?? "";
  by("fault").textContent = "";
  by("jump").value = String(state.at);
  const done = rows.length - open();
  by("progress").value = done;
  by("count").textContent = `${done} of ${rows.length} judged`;
}
function go(index) {
  state.at = Math.max(0, Math.min(rows.length - 1, index));
  remember();
  show();
  by("row").focus({ preventScroll: true });
  by("row").scrollIntoView({ block: "start" });
}
function nextOpen() {
  for (let step = 1; step <= rows.length; step += 1) {
    const index = (state.at + step) % rows.length;
    if (!said(rows[index]).verdict) return go(index);
  }
  show();
  tell("All rows are judged. Enter your name, save to a file, and send the file back.");
}
function judge(verdict) {
  const row = rows[state.at];
  const number = state.at + 1;
  change({ verdict, answer: undefined });
  const left = open();
  nextOpen();
  if (left) tell(`Row ${number} (${row.id}) ${names[verdict]}; ${left} left.`);
}
function beginEdit() {
  by("editor").hidden = false;
  by("corrected").focus();
  tell("Write the right answer; Ctrl Enter takes it, Esc leaves the field.");
}
function fault(text) {
  if (!text.trim()) return "The answer is empty. To take the row out, reject it.";
  if (text === rows[state.at].answer) return "It is the answer in the data. Accept it, or change it.";
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
  const number = state.at + 1;
  change({ verdict: "edit", answer: text });
  const left = open();
  nextOpen();
  if (left) tell(`Row ${number} corrected; ${left} left.`);
}
function takeBack() {
  change({ verdict: undefined, answer: undefined });
  show();
  tell("Taken back.");
}
function save() {
  const verdicts = rows.map((row) => {
    const { verdict = null, answer, comment, at } = said(row);
    return { id: row.id, key: row.key, verdict, answer, comment: comment || undefined, at };
  });
  const file = { form: "tunewright review 1", project: data.project, sample: data.sample, reviewer: state.reviewer.trim(), saved: new Date().toISOString(), verdicts };
  const link = document.createElement("a");
  const address = URL.createObjectURL(new Blob([JSON.stringify(file, null, 1)], { type: "application/json" }));
  link.href = address;
  link.download = `review-${data.sample.slice(0, 8)}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
  unsaved = false;
  const left = open();
  const lacks = [left ? `${left} rows lack a verdict` : "", file.reviewer ? "" : "your name is missing"].filter(Boolean);
  tell(lacks.length ? `Saved, to go on later: ${lacks.join(", and ")}.` : "Saved. The file is complete: send it back.");
}
async function load(file) {
  try {
    const given = JSON.parse(await file.text());
    if (given.form !== "tunewright review 1" || !Array.isArray(given.verdicts)) throw new Error("it is none that this page has saved");
    const known = new Set(rows.map((row) => row.key));
    let taken = 0;
    for (const { key, verdict, answer, comment, at } of given.verdicts) {
      if (!known.has(key) || (!verdict && !comment) || (verdict && !Object.hasOwn(names, verdict))) continue;
      state.verdicts[key] = { verdict: verdict ?? undefined, answer, comment, at };
      taken += 1;
    }
    if (given.reviewer) state.reviewer = String(given.reviewer);
    remember();
    begin();
    const other = given.sample === data.sample ? "" : " The file is of another sample; only rows that are the same in both were taken.";
    tell(`Loaded what was said of ${taken} rows.${other}`);
  } catch (error) {
    tell(`This file cannot be loaded: ${error.message}`);
  }
}
function begin() {
  by("reviewer").value = state.reviewer;
  by("shortcuts").checked = state.shortcuts;
  rows.forEach((_, index) => label(index));
  show();
}

const actions = {
  a: () => judge("accept"), r: () => judge("reject"), e: beginEdit, x: takeBack, c: () => by("comment").focus(),
  j: () => go(state.at + 1), k: () => go(state.at - 1), n: nextOpen, s: save,
  ArrowRight: () => go(state.at + 1), ArrowLeft: () => go(state.at - 1),
};
document.addEventListener("keydown", (event) => {
  const field = event.target.closest("input, textarea, select");
  if (event.key === "Escape" && field) return by("row").focus();
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    if (event.target === by("corrected")) takeEdit();
    else if (event.target === by("comment")) by("row").focus();
    return;
  }
  if (field || !state.shortcuts || event.ctrlKey || event.metaKey || event.altKey) return;
  const act = actions[event.key];
  if (act === undefined) return;
  event.preventDefault();
  act();
});
const clicks = { accept: actions.a, reject: actions.r, edit: beginEdit, clear: takeBack, take: takeEdit, previous: actions.k, next: actions.j, open: nextOpen, save, load: () => by("file").click() };
for (const [id, act] of Object.entries(clicks)) by(id).addEventListener("click", act);
by("comment").addEventListener("input", () => change({ comment: by("comment").value }));
by("reviewer").addEventListener("input", () => { state.reviewer = by("reviewer").value; unsaved = true; remember(); });
by("shortcuts").addEventListener("change", () => { state.shortcuts = by("shortcuts").checked; remember(); });
by("jump").addEventListener("change", () => go(Number(by("jump").value)));
by("file").addEventListener("change", () => { const [file] = by("file").files; if (file) load(file); by("file").value = ""; });
addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });

recall();
by("jump").append(...rows.map((_, index) => Object.assign(document.createElement("option"), { value: String(index) })));
begin();
