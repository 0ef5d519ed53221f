// Files of this device: choosing one, and showing one. Where the browser still counts the tap that asked for it, its own chooser
// opens at once; the sheet behind it has a button of the page's own, takes what is dropped on it, and says what is wrong with a file.
import { element, present } from "./overlay.js";

/** texts: {title, close, choose, limits, unfit, empty, too_large}; kinds: MIME types by the ends of names; max_bytes. */
export function pick({ texts, kinds, max_bytes: maxBytes }) {
  return present(texts.title, texts.close, (sheet, finish) => {
    const error = element("p", { class: "error", role: "alert" });
    const accept = [...Object.keys(kinds).map((end) => `.${end}`), ...new Set(Object.values(kinds))].join();
    const input = element("input", { type: "file", accept, hidden: "" });
    const choose = element("button", { type: "button", class: "primary", onclick: () => input.click() }, texts.choose);
    const take = (file) => {
      const mime = file && (Object.values(kinds).includes(file.type) ? file.type : kinds[file.name.split(".").pop().toLowerCase()]);
      const wrong = !mime ? texts.unfit : !file.size ? texts.empty : file.size > maxBytes ? texts.too_large : "";
      if (wrong) error.textContent = wrong;
      else finish({ blob: file, mime, name: file.name, size: file.size });
    };
    input.addEventListener("change", () => {
      const [file] = input.files;
      input.value = "";
      if (file) take(file);
    });
    sheet.addEventListener("dragover", (event) => event.preventDefault());
    sheet.addEventListener("drop", (event) => {
      event.preventDefault();
      if (event.dataTransfer.files[0]) take(event.dataTransfer.files[0]);
    });
    sheet.append(element("div", { class: "words" }, element("p", {}, texts.limits)), element("footer", {}, error, element("div", { class: "actions" }, choose, input)));
    choose.focus();
    if (navigator.userActivation?.isActive) input.click();
  });
}

/** A picture in a sheet of its own; a PDF in a tab, where there is a mouse. Whether it was shown: the others are saved. */
export function show({ bytes, mime, name, close }) {
  const url = URL.createObjectURL(new Blob([bytes], { type: mime }));
  const forget = () => URL.revokeObjectURL(url);
  if (mime.startsWith("image/")) {
    present(name, close, (sheet) => sheet.append(element("img", { src: url, alt: name }))).then(forget);
    return true;
  }
  const tab = mime === "application/pdf" && !matchMedia("(pointer: coarse)").matches && window.open(url, "_blank");
  setTimeout(forget, tab ? 600000 : 0);
  return Boolean(tab);
}
