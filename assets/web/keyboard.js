// Where the keyboard is. Flutter marks it on what it calls a button only, and lets Tab visit what stands on one line before what belongs
// together. What it gives to screen readers takes the keyboard too: Tab goes through those elements in their own order, and a ring lies over
// the one that has it.
const STOPS = "flt-semantics-host [tabindex='0'], flt-semantics-host :is(input, textarea):enabled, .toast button";
const FIELDS = "input, textarea";
const ROWS = new Set(["j", "k", "J", "K", "ArrowUp", "ArrowDown"]);
const ROW_ALONE = /^[jkx]$/i; // the arrows are a menu's, too, whose Enter is its own
const HELD = new Set(["Shift", "Enter"]);
let ring = null;
let inRows = false; // what was chosen last is a table's row

/** From here on Tab is ours, but for dialogs of the page's own. */
export function leadKeyboard() {
  window.addEventListener("keydown", (event) => {
    if (!event.isTrusted) return;
    if (!HELD.has(event.key)) inRows = ROW_ALONE.test(event.key) && !document.activeElement?.matches(FIELDS);
    if (inRows && event.key === "Enter") return open(event);
    if (ROWS.has(event.key)) return leave();
    if (event.key !== "Tab" || event.isComposing || event.altKey || event.ctrlKey || event.metaKey || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    move(event.shiftKey ? -1 : 1).catch(console.warn);
  }, { capture: true });
  window.addEventListener("pointerdown", () => {
    inRows = false;
    drop();
  }, { capture: true });
}

async function move(by) {
  const placeholder = document.querySelector("flt-semantics-placeholder");
  if (placeholder) {
    placeholder.click(); // until somebody needs them there are none of these elements
    await drawn();
  }
  const stops = [...document.querySelectorAll(STOPS)].filter(isStop);
  const now = stops.indexOf(document.activeElement);
  const next = stops.at(now < 0 ? Math.min(by, 0) : (now + by) % stops.length);
  if (!next) return;
  next.focus();
  follow(next);
}

/** What covers everything is the shade behind a sheet, which Escape takes away. */
function isStop(node) {
  const place = node.getBoundingClientRect();
  return place.width > 1 && place.height > 1 && (place.width < innerWidth || place.height < innerHeight);
}

/** The ring stays on `node` wherever it scrolls to, as long as that has the keyboard. */
async function follow(node) {
  drop();
  if (node.matches(FIELDS)) return; // a field draws a line of its own
  const mine = (ring = document.body.appendChild(Object.assign(document.createElement("div"), { className: "keyboard-ring" })));
  while (ring === mine && document.activeElement === node && node.isConnected) {
    const { x, y, width, height } = node.getBoundingClientRect();
    Object.assign(mine.style, { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` });
    await drawn();
  }
  mine.remove();
}

/** Whoever goes on to a table's rows leaves the button that Tab came to before. */
function leave() {
  if (document.activeElement?.matches("flt-semantics")) document.activeElement.blur();
  drop();
}

/** Enter means the row. Flutter gives it to a button that it came back to by itself, so it is told by a key that no button takes. */
function open(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
  for (const type of ["keydown", "keyup"]) event.target.dispatchEvent(new KeyboardEvent(type, { key: "Open", code: "Open", bubbles: true, cancelable: true }));
}

function drop() {
  ring?.remove();
  ring = null;
}

const drawn = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
