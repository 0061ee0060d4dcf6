// Every text on the page whose contrast with what is behind it is below the least (WCAG 2.2, 1.4.3), as
// [text, ratio]; details are opened first. Semi-transparent backgrounds are laid over each other.
const canvas = document.createElement("canvas");
canvas.width = canvas.height = 1;
const pen = canvas.getContext("2d", { willReadFrequently: true });
function rgba(colour) {
  pen.clearRect(0, 0, 1, 1);
  pen.fillStyle = colour;
  pen.fillRect(0, 0, 1, 1);
  const [red, green, blue, alpha] = pen.getImageData(0, 0, 1, 1).data;
  return [red, green, blue, alpha / 255];
}
function over(top, under) {
  return [0, 1, 2].map((part) => top[part] * top[3] + under[part] * (1 - top[3]));
}
function behind(element) {
  const layers = [];
  for (let each = element; each; each = each.parentElement) {
    layers.push(rgba(getComputedStyle(each).backgroundColor));
  }
  return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255]);
}
function luminance(colour) {
  const [red, green, blue] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
document.querySelectorAll("details").forEach((one) => (one.open = true));
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
const found = [];
let looked = 0;
let least = 21;
while (walker.nextNode()) {
  const element = walker.currentNode.parentElement;
  const text = walker.currentNode.data.trim();
  if (!text || element.tagName === "title" || !element.checkVisibility()) continue;
  const style = getComputedStyle(element);
  const under = behind(element);
  const front = over(rgba(element instanceof SVGElement ? style.fill : style.color), under);
  const [light, dark] = [luminance(front), luminance(under)].sort((one, other) => other - one);
  const ratio = (light + 0.05) / (dark + 0.05);
  looked += 1;
  least = Math.min(least, ratio);
  if (ratio < 4.5) found.push([text.slice(0, 60), Math.round(ratio * 100) / 100]);
}
return { looked, least, found };
