// Second script: joins Flutter to the Python that boot.js has already started, then keeps the copy for offline use up to date.
(() => {
  const { build, worker, leave, fail } = window.etabli;
  const waiting = [];
  let deliver = (packet) => waiting.push(packet);
  const started = new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => {
      if (data instanceof Uint8Array) return deliver(data);
      if (data.error) return reject(data.error);
      performance.mark("python", { detail: data.times });
      window.etabli.start = data; // {resumed, times}: for tests and measures
      localStorage.setItem("etabli-resume", `${build.id} ${data.resumed ? 0 : 1}`);
      resolve();
    };
    worker.onerror = (event) => reject(event.message ?? "worker");
  });
  started.catch(fail);

  // Flutter calls these three.
  globalThis.jsConnect = async (_app, _args, onMessage) => {
    deliver = onMessage;
    waiting.splice(0).forEach(onMessage);
    await started;
  };
  globalThis.jsSend = async (_app, data) => {
    await bridged; // the app's first question may be one for the page
    worker.postMessage(data, [data.buffer]);
  };
  globalThis.jsDisconnect = async () => worker.terminate();

  window.flet = {
    pyodide: true, multiView: false, noCdn: true, webSocketEndpoint: "/ws", routeUrlStrategy: "path", webRenderer: build.renderer,
    entrypointBaseUrl: build.flutter, assetBase: build.flutter, canvasKitBaseUrl: build.flutter + "canvaskit/",
    fontFallbackBaseUrl: build.flutter + "assets/fonts/", pyodideUrl: "", appPackageUrl: "",
  };
  window.flet.flutterAppLoaded = new Promise((resolve) => (window.flet.flutterAppResolve = resolve));

  // The app says `splash.done`; one that does not still gets its screen.
  addEventListener("flutter-first-frame", () => {
    performance.mark("flutter");
    started.then(() => setTimeout(leave, 1500));
  }, { once: true });
  // WebKit restores a page from its back/forward cache with Flutter's frames broken.
  addEventListener("pageshow", (event) => event.persisted && navigator.vendor?.startsWith("Apple") && location.reload());

  const bridged = import(build.bridge).catch((error) => console.error("no bridge:", error));
  document.body.append(Object.assign(document.createElement("script"), { src: build.flutter + "flutter_bootstrap.js" }));
})();
