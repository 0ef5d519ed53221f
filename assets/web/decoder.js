// Reads a label or a maker's barcode in a video: with the browser's own detector while that works, else with the one that is bundled.
const NATIVE_MS = 3000;
const BUNDLED_MS = 15000; // it may have a megabyte to fetch first
const FORMATS = ["qr_code", "data_matrix", "ean_13", "ean_8", "upc_a", "upc_e", "code_128"];
const FRUITLESS = 30; // some browsers' detectors answer, and never see anything

/** `decode(video)` resolves to the text, or "" when there is none; it rejects when nothing on this device can read codes. */
export function newDecoder() {
  const native = nativeDetector();
  let bundled = null;
  let isTrusted = true;
  let looks = 0;
  let closed = false;

  const decode = async (video) => {
    const detector = isTrusted && (looks < FRUITLESS || looks % 2) ? await native : null;
    looks += 1;
    if (!detector) return decodeBundled(video);
    try {
      const found = await within(NATIVE_MS, detector.detect(video));
      return found[0]?.rawValue ?? "";
    } catch (error) {
      console.warn("the browser's own code reader fails:", error);
      isTrusted = false;
      return decodeBundled(video);
    }
  };

  const decodeBundled = async (video) => {
    if (closed) return "";
    bundled ??= bundledDecoder();
    try {
      return await bundled.decode(video);
    } catch (error) {
      bundled.close();
      bundled = null; // the next look begins with a new one
      throw error;
    }
  };

  return { decode, close: () => ((closed = true), bundled?.close()) };
}

async function nativeDetector() {
  try {
    const formats = await within(NATIVE_MS, globalThis.BarcodeDetector?.getSupportedFormats?.());
    const usable = FORMATS.filter((format) => formats?.includes(format));
    return usable.includes("qr_code") ? new BarcodeDetector({ formats: usable }) : null;
  } catch (error) {
    console.warn("the browser's own code reader does not start:", error);
    return null;
  }
}

function bundledDecoder() {
  const worker = new Worker(new URL("scan-worker.js", import.meta.url), { name: "scanner" });
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const decode = async (video) => {
    // Square in the middle, what the frame shows; 640 pixels are plenty for a label and read in milliseconds.
    const side = Math.min(video.videoWidth, video.videoHeight);
    if (!side) return "";
    canvas.width = canvas.height = Math.min(side, 640);
    context.drawImage(video, (video.videoWidth - side) / 2, (video.videoHeight - side) / 2, side, side, 0, 0, canvas.width, canvas.height);
    const image = context.getImageData(0, 0, canvas.width, canvas.height);
    const answer = new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => (data.error ? reject(new Error(data.error)) : resolve(data.text));
      worker.onerror = (event) => reject(new Error(event.message ?? "the decoder did not load"));
      worker.postMessage(image, [image.data.buffer]);
    });
    return within(BUNDLED_MS, answer);
  };
  return { decode, close: () => worker.terminate() };
}

function within(milliseconds, promise) {
  let timer;
  const late = new Promise((_, reject) => (timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds} ms`)), milliseconds)));
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
