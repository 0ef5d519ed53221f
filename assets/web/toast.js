// A word over whatever the app draws, its sheets too. Taps go through it to what lies below; only its button takes them.
import { element, overlayStyles } from "./overlay.js";

let current = null;
let place = null;

/** Say `text` for so many seconds; `undo` labels the button, whose tap `onUndo` hears. A new word takes the place of the former one. */
export function toast({ text, undo, seconds, bottom = 24 }, onUndo) {
  overlayStyles();
  window.etabli.restyle().catch(console.warn);
  place ??= document.body.appendChild(element("div", { class: "toasts", role: "status" }));
  place.style.setProperty("--below", `${bottom}px`);
  close();
  const word = element("p", { class: "toast" }, element("span", {}, text));
  if (undo) {
    const button = element("button", { type: "button", onclick: () => (close(), onUndo()) }, undo);
    button.addEventListener("mousedown", (event) => event.preventDefault()); // the app keeps the keyboard
    // Flutter listens on the window: a tap on the button is the button's.
    for (const type of ["pointerdown", "pointerup"]) button.addEventListener(type, (event) => event.stopPropagation());
    word.append(button);
  }
  place.append(word);
  current = { word, timer: setTimeout(close, seconds * 1000) };
}

export function close() {
  if (!current) return;
  clearTimeout(current.timer);
  current.word.remove();
  current = null;
}
