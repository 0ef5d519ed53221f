// Label codes, read by the rule of shared_models/labels/codes.py: the tables are its own, put into the page by the build.
globalThis.etabliLabels = ({ alphabet, length, weights, look_alikes: lookAlikes }) => {
  const told = (text) => [...text].filter((char) => /[\p{L}\p{N}]/u.test(char)).join("");
  const upper = (text) => told(told(text).normalize("NFKD")).toUpperCase();
  const plain = (text) => told([...upper(text)].map((char) => lookAlikes[char] ?? char).join(""));

  const isCode = (code) => {
    const values = [...code].map((char) => alphabet.indexOf(char));
    return values.length === length && !values.includes(-1) && values.reduce((sum, value, place) => sum + weights[place] * value, 0) % alphabet.length === 0;
  };

  /** The code in a scanned text, bare or in an address ending in /e/<code>; null when there is none. */
  return (text) => {
    const seen = text.replace(/\p{Cf}/gu, "").replaceAll("\u2212", "-").replace(/\p{S}/gu, " ").normalize("NFKC");
    const code = plain(decoded(/\/e\/([^/?#]+)/i.exec(seen)?.[1]) ?? seen);
    return isCode(code) ? code : null;
  };

  function decoded(part) {
    try {
      return part && decodeURIComponent(part);
    } catch {
      return part; // a percent sign that encodes nothing
    }
  }
};
