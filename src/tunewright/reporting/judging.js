"use strict";
// What pages have in common on which a person judges items one by one. `page` says what is particular to one.
// Items are shown as text only (textContent), whatever they hold. Nothing is loaded and nothing is sent.
const by = (id) => document.getElementById(id);
const data = JSON.parse(by("data").textContent);
const items = data.items;
const state = { who: "", shortcuts: true, at: 0, said: {} };
const NOT_KEPT = "This browser keeps nothing for this page. Save to a file before you close it.";
let unsaved = false;

function remember() {
  try {
    localStorage.setItem(page.place, JSON.stringify(state));
  } catch {
    warn(NOT_KEPT);
  }
}
function recall() {
  try {
    const kept = JSON.parse(localStorage.getItem(page.place) ?? "null");
    if (kept !== null) Object.assign(state, kept);
  } catch {
    warn(NOT_KEPT);
  }
  if (!Number.isInteger(state.at) || state.at < 0 || state.at >= items.length) state.at = 0;
}
function warn(words) {
  by("warning").textContent = words;
  by("warning").hidden = false;
}
function tell(words) {
  by("told").textContent = words;
}
const said = (item) => state.said[item.key] ?? {};
const open = () => items.filter((item) => !page.verdict(said(item))).length;

function change(values) {
  const item = items[state.at];
  state.said[item.key] = { ...said(item), ...values, at: new Date().toISOString() };
  unsaved = true;
  remember();
  label(state.at);
}
function status(item) {
  const verdict = page.verdict(said(item));
  return verdict ? page.names[verdict] : "";
}
function label(index) {
  const words = status(items[index]);
  by("jump").options[index].textContent = page.label(index) + (words ? `, ${words}` : "");
}
function block(className, heading, content) {
  const box = document.createElement("section");
  box.className = className;
  const title = document.createElement("h3");
  title.textContent = heading;
  const text = document.createElement("div");
  text.className = "text";
  text.dir = "auto";
  text.textContent = content;
  box.append(title, text);
  return box;
}
function show() {
  const item = items[state.at];
  const words = status(item);
  by("heading").textContent = `Row ${state.at + 1} of ${items.length}${words ? `: ${words}` : ""}`;
  by("turns").replaceChildren(...item.turns.map(([role, content]) => block(`turn ${role === "assistant" ? "assistant" : ""}`, role, content)));
  by("comment").value = said(item).comment ?? "";
  for (const name of Object.keys(page.names)) by(name).setAttribute("aria-pressed", String(page.verdict(said(item)) === name));
  page.show(item, said(item));
  by("jump").value = String(state.at);
  const done = items.length - open();
  by("progress").value = done;
  by("count").textContent = `${done} of ${items.length} judged`;
}
function go(index) {
  state.at = Math.max(0, Math.min(items.length - 1, index));
  remember();
  show();
  by("row").focus({ preventScroll: true });
  by("row").scrollIntoView({ block: "start" });
}
function nextOpen() {
  for (let step = 1; step <= items.length; step += 1) {
    const index = (state.at + step) % items.length;
    if (!page.verdict(said(items[index]))) return go(index);
  }
  show();
  tell("All rows are judged. Enter your name, save to a file, and send the file back.");
}
// Takes a verdict on the row that is shown, and goes on to the next row without one.
function judge(values, told) {
  const number = state.at + 1;
  change(values);
  const left = open();
  nextOpen();
  if (left) tell(`Row ${number} ${told}; ${left} left.`);
}
function save() {
  const file = page.file(state.who.trim(), new Date().toISOString());
  const link = document.createElement("a");
  const address = URL.createObjectURL(new Blob([JSON.stringify(file, null, 1)], { type: "application/json" }));
  link.href = address;
  link.download = page.download;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
  unsaved = false;
  const left = open();
  const lacks = [left ? `${left} rows lack a verdict` : "", state.who.trim() ? "" : "your name is missing"].filter(Boolean);
  tell(lacks.length ? `Saved, to go on later: ${lacks.join(", and ")}.` : "Saved. The file is complete: send it back.");
}
async function load(file) {
  try {
    const given = JSON.parse(await file.text());
    if (given.form !== page.form) throw new Error("it is none that this page has saved");
    const { who, told } = page.load(given);
    if (who) state.who = String(who);
    remember();
    begin();
    tell(told);
  } catch (error) {
    tell(`This file cannot be loaded: ${error.message}`);
  }
}
function begin() {
  by("who").value = state.who;
  by("shortcuts").checked = state.shortcuts;
  items.forEach((_, index) => label(index));
  show();
}
// Called by each page's own script, once `page` is there.
function start() {
  const actions = {
    c: () => by("comment").focus(), j: () => go(state.at + 1), k: () => go(state.at - 1), n: nextOpen,
    ArrowRight: () => go(state.at + 1), ArrowLeft: () => go(state.at - 1), ...page.keys,
  };
  document.addEventListener("keydown", (event) => {
    const field = event.target.closest("input, textarea, select");
    if (event.key === "Escape" && field) return by("row").focus();
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      if (event.target === by("comment")) by("row").focus();
      else page.take?.(event.target);
      return;
    }
    if (field || !state.shortcuts || event.ctrlKey || event.metaKey || event.altKey) return;
    const act = actions[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  });
  const clicks = { previous: actions.k, next: actions.j, open: nextOpen, save, load: () => by("file").click(), ...page.clicks };
  for (const [id, act] of Object.entries(clicks)) by(id).addEventListener("click", act);
  by("comment").addEventListener("input", () => change({ comment: by("comment").value }));
  by("who").addEventListener("input", () => { state.who = by("who").value; unsaved = true; remember(); });
  by("shortcuts").addEventListener("change", () => { state.shortcuts = by("shortcuts").checked; remember(); });
  by("jump").addEventListener("change", () => go(Number(by("jump").value)));
  by("file").addEventListener("change", () => { const [file] = by("file").files; if (file) load(file); by("file").value = ""; });
  addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });
  recall();
  by("jump").append(...items.map((_, index) => Object.assign(document.createElement("option"), { value: String(index) })));
  begin();
}
