// One experiment is lit up in all charts and in the table: under the pointer, by focus, or kept by a click.
const told = document.getElementById("told");
let kept = null;
function light(number) {
  for (const one of document.querySelectorAll(".on")) one.classList.remove("on");
  document.body.classList.toggle("lit", number !== null);
  told.textContent = "";
  if (number === null) return;
  for (const one of document.querySelectorAll(`[data-e="${number}"]`)) one.classList.add("on");
  told.textContent = document.querySelector(`tr[data-e="${number}"]`).dataset.told;
}
function numberOf(event) {
  const one = event.target.closest("[data-e]");
  return one === null ? null : one.dataset.e;
}
document.addEventListener("pointerover", (event) => light(numberOf(event) ?? kept));
document.addEventListener("focusin", (event) => light(numberOf(event) ?? kept));
document.addEventListener("click", (event) => {
  const number = numberOf(event);
  kept = number === kept ? null : number;
  light(kept);
});
