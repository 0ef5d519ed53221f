// Decoding of labels and makers' barcodes off the main thread, for browsers without a barcode detector of their own.
importScripts(new URL("zxing.js", location.href).pathname);
ZXingWASM.prepareZXingModule({ overrides: { locateFile: (name) => new URL(name, location.href).href } });

self.onmessage = async ({ data }) => {
  try {
    const found = await ZXingWASM.readBarcodes(data, { formats: ["QRCode", "DataMatrix", "EAN-13", "EAN-8", "UPC-A", "UPC-E", "Code128"], tryHarder: true, maxNumberOfSymbols: 1 });
    self.postMessage({ text: found[0]?.text ?? "" });
  } catch (error) {
    self.postMessage({ error: String(error) });
  }
};
