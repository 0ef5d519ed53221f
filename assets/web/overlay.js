// A full-screen sheet over the app with a camera in it: what scanning and taking a photo have in common.
export function overlayStyles() {
  if (document.getElementById("overlay-styles")) return;
  const link = Object.assign(document.createElement("link"), { id: "overlay-styles", rel: "stylesheet", href: new URL("overlay.css", import.meta.url).pathname });
  document.head.append(link);
}

const ICONS = {
  close: "M6 6l12 12M18 6L6 18",
  torch: "M9 3h6l-1 6h3l-6 12 1-8H8z",
};

export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

export function iconButton(icon, label, onclick) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[icon]);
  svg.append(path);
  return element("button", { type: "button", class: "icon", "aria-label": label, title: label, onclick }, svg);
}

/** Show a sheet, call `fill(sheet, finish)`, and resolve with what `finish` is given; Esc and the back gesture cancel. */
export function present(label, closeLabel, fill) {
  overlayStyles();
  window.etabli.restyle().catch(console.warn);
  return new Promise((resolve) => {
    const before = document.activeElement;
    const sheet = element("dialog", { class: "overlay", "aria-label": label });
    const finish = (result) => {
      if (!sheet.isConnected) return;
      sheet.dispatchEvent(new Event("leave"));
      sheet.close();
      sheet.remove();
      before?.focus?.();
      resolve(result);
    };
    sheet.addEventListener("cancel", (event) => (event.preventDefault(), finish({ cancelled: true })));
    sheet.append(element("header", {}, iconButton("close", closeLabel, () => finish({ cancelled: true })), element("h1", {}, label)));
    // Flutter listens on the window: what happens in the sheet stays in the sheet.
    for (const type of ["keydown", "keyup", "pointerdown", "pointerup", "wheel"]) sheet.addEventListener(type, (event) => event.stopPropagation());
    document.body.append(sheet);
    sheet.showModal();
    fill(sheet, finish);
  });
}
