// Second script: joins Flutter to the Python that boot.js has already started, then keeps the copy for offline use up to date.
(() => {
  const { build, python, leave, fail } = window.etabli;
  const { worker, packets } = python;
  python.started.then((told) => {
    performance.mark("python", { detail: told.times });
    window.etabli.start = told; // {resumed, times}: for tests and measures
    remember(told.resumed ? 0 : 1);
  }, () => {}); // said already

  function remember(tries) {
    try {
      localStorage.setItem("etabli-resume", `${build.id} ${tries}`);
    } catch {
      // no storage in this browser
    }
  }

  // Where the processor does WebGL's work (a virtual desktop, a driver that the browser distrusts), Skia is quicker without WebGL.
  function hasGraphicsCard() {
    const canvas = document.createElement("canvas"), wanted = { failIfMajorPerformanceCaveat: true };
    const gl = canvas.getContext("webgl2", wanted) ?? canvas.getContext("webgl", wanted);
    if (!gl) return false;
    const told = gl.getExtension("WEBGL_debug_renderer_info");
    const name = gl.getParameter(told?.UNMASKED_RENDERER_WEBGL ?? gl.RENDERER);
    gl.getExtension("WEBGL_lose_context")?.loseContext();
    return !/swiftshader|llvmpipe|softpipe|software|basic render/i.test(name);
  }

  // Flutter calls these three.
  globalThis.jsConnect = async (_app, _args, onMessage) => {
    python.deliver = onMessage;
    packets.splice(0).forEach(onMessage);
    await python.started;
  };
  globalThis.jsSend = async (_app, data) => {
    await bridged; // the app's first question may be one for the page
    worker.postMessage(data, [data.buffer]);
  };
  globalThis.jsDisconnect = async () => worker.terminate();

  window.flet = {
    pyodide: true, multiView: false, noCdn: true, webSocketEndpoint: "/ws", routeUrlStrategy: "path", webRenderer: build.renderer,
    entrypointBaseUrl: build.flutter, assetBase: build.flutter, canvasKitBaseUrl: build.flutter + "canvaskit/",
    fontFallbackBaseUrl: build.flutter + "assets/fonts/", pyodideUrl: "", appPackageUrl: "", drawsItself: !hasGraphicsCard(),
  };
  window.flet.flutterAppLoaded = new Promise((resolve) => (window.flet.flutterAppResolve = resolve));

  // The app says `splash.done`; one that does not still gets its screen.
  addEventListener("flutter-first-frame", () => {
    performance.mark("flutter");
    python.started.then(() => setTimeout(leave, 1500), () => {});
  }, { once: true });

  const bridged = import(build.bridge).catch((error) => fail("missing", `${build.bridge}: ${error}`));
  document.body.append(Object.assign(document.createElement("script"), { src: build.flutter + "flutter_bootstrap.js" }));
})();
