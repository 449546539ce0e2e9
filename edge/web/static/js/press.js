// What comes in while somebody presses waits until they let go: a button that is drawn anew between
// press and release never hears of it. And who has come to a button by keys stays on it.

const PRESS_MS_MAX = 10_000; // should the end of a press ever be missed
const LET_GO_MS = 50; // a tap becomes a click a moment after the finger has gone

const waiting = [];
let pressed = false;
let timer = 0;

/** Do now what draws the page anew, or once nothing is pressed any more; in the order of the calls. */
export function whenFree(act) {
  if (pressed) waiting.push(act);
  else keepingFocus(act);
}

function press() {
  pressed = true;
  clearTimeout(timer);
  timer = setTimeout(letGo, PRESS_MS_MAX);
}

function release() {
  clearTimeout(timer);
  timer = setTimeout(letGo, LET_GO_MS);
}

function letGo() {
  pressed = false;
  for (const act of waiting.splice(0)) keepingFocus(act);
}

/** The button that had the focus may be another element afterwards: the one of its kind and name gets it. */
function keepingFocus(act) {
  const before = document.activeElement;
  const [tag, name] = [before?.tagName, nameOf(before)];
  const alike = () => [...document.querySelectorAll(tag)].filter((one) => nameOf(one) === name);
  const at = before === document.body || !before ? -1 : alike().indexOf(before);
  act();
  if (at >= 0 && document.activeElement === document.body) alike()[at]?.focus({ preventScroll: true });
}

function nameOf(element) {
  return element?.id || element?.getAttribute?.("aria-label") || element?.textContent;
}

addEventListener("pointerdown", press, true);
for (const end of ["pointerup", "pointercancel"]) addEventListener(end, release, true);
