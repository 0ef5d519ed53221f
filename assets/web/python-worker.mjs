// Python's thread. Speaks Flet's protocol with the page: packets both ways, and one {resumed, times} when the app waits for it.
import { startInterpreter } from "./interpreter.mjs";
import "./storage.js"; // read by mobile_app/core/indexeddb.py

let send = null;
const early = [];

self.onmessage = ({ data }) => {
  self.onmessage = ({ data: packet }) => (send ? send(packet) : early.push(packet));
  start(data).catch(failed);
};
const failed = (self.etabliFailed = (error) => self.postMessage({ error: String(error) })); // read by mobile_app/web/boot.py

async function start(build) {
  self.etabliBridge = build.channel; // read by mobile_app/core/bridge.py
  const times = { worker: Math.round(performance.now()) };
  const lap = (name) => {
    times[name] = Math.round(performance.now());
    self.postMessage({ lap: name }); // the page knows that it goes on
  };
  const python = await interpreter(build, lap);
  lap("interpreter");
  python._api.on_fatal = failed;
  const channel = python.pyimport("etabli_boot").start(build.documentUrl);
  await channel.start_connection(receive);
  send = channel.send;
  early.splice(0).forEach(send);
  lap("app");
  self.postMessage({ resumed: Boolean(build.resumed), times });
}

// Resume from the snapshot when it has been downloaded whole; on any doubt start plainly.
async function interpreter(build, lap) {
  const parts = {
    lap,
    base: build.base,
    modules: { wasm: compiled(build.base + "pyodide.asm.wasm"), library: compiled(build.native) },
    archives: [bytes(build.app), bytes(build.base + "packages.zip")],
  };
  const found = build.snapshot && (await kept(build.snapshot));
  try {
    if (found) {
      const python = await startInterpreter({ ...parts, snapshot: found.arrayBuffer().then((buffer) => new Uint8Array(buffer)) });
      build.resumed = true;
      return python;
    }
  } catch (error) {
    console.warn("snapshot not used:", error);
    parts.archives = [bytes(build.app), bytes(build.base + "packages.zip")];
  }
  return startInterpreter(parts);
}

async function compiled(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${response.status} ${address}`);
  return WebAssembly.compileStreaming(response);
}

// A browser that keeps nothing for this site throws at the very name.
async function kept(address) {
  try {
    return await self.caches?.match(address, { ignoreVary: true });
  } catch (error) {
    console.warn("no cache:", error);
    return undefined;
  }
}

async function bytes(address) {
  const response = (await kept(address)) ?? (await fetch(address));
  if (!response.ok) throw new Error(`${response.status} ${address}`);
  return new Uint8Array(await response.arrayBuffer());
}

function receive(message) {
  const packet = message.toJs();
  self.postMessage(packet, [packet.buffer]);
}
