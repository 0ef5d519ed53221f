// What the app shows, as paper: Flutter paints on a canvas, of which a browser would print what is in sight.
import { element } from "./overlay.js";

let styled = null;

function styles() {
  const link = element("link", { rel: "stylesheet", href: new URL("print.css", import.meta.url).pathname });
  return new Promise((resolve) => {
    link.onload = link.onerror = resolve;
    document.head.append(link);
  });
}

/** `parts` are tables with a title, the first cell of a row being its name. */
export async function print({ title, meta, parts }) {
  await (styled ??= styles());
  const row = ([name, ...cells]) => element("tr", {}, element("th", { scope: "row" }, name), ...cells.map((cell) => element("td", {}, cell)));
  const sections = parts.map((part) => element("section", {}, element("h2", {}, part.title), element("table", {}, ...part.rows.map(row))));
  document.querySelector(".paper")?.remove();
  const paper = element("main", { class: "paper" }, element("h1", {}, title), element("p", {}, meta), ...sections);
  document.body.append(paper);
  addEventListener("afterprint", () => paper.remove(), { once: true });
  window.print();
}
