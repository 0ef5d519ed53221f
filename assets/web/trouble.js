// First script of the page: says in words what keeps the app from starting, and offers a way out. Written for browsers too old for the rest.
(function () {
  "use strict";
  var build = JSON.parse(document.getElementById("build").textContent);
  var boot = document.getElementById("boot");
  var STILL_SECONDS = 45; // without any sign of progress, while somebody looks
  var GRACE_SECONDS = 8; // after an error that nobody caught: it may have been a harmless one
  var still = 0;
  var doubt = null; // {reason, detail}: what went wrong, though the app may come up all the same
  var state = "starting"; // → "doubtful" → "up", or "failed"
  var shown = null; // the reason on the screen
  var watch = setInterval(look, 1000);

  speak();
  addEventListener("error", onError, true);
  addEventListener("unhandledrejection", onRejection);
  addEventListener("securitypolicyviolation", onRefusal);
  observe();
  window.etabli = { build: build, progress: progress, suspect: suspect, fail: fail, up: up, reasonOf: reasonOf };
  var late = document.querySelector(".late");
  if (late) late.parentNode.removeChild(late); // from here on this script says it
  var missing = missingFeatures();
  if (missing.length) fail("browser", missing.join(", "));

  // Kiosks and test rigs name a locale where a language belongs ("C", "fr_FR.UTF-8"), and Flutter stops at it.
  function speak() {
    var told = navigator.languages && navigator.languages.length ? [].slice.call(navigator.languages) : [navigator.language];
    var known = told.map(tag).filter(Boolean);
    if (!known.length) known = Object.keys(build.texts);
    build.lang = known.map(function (name) { return name.slice(0, 2); }).filter(function (name) { return build.texts[name]; })[0] || Object.keys(build.texts)[0];
    document.documentElement.lang = build.lang;
    if (known.join() === told.join() && navigator.language === known[0]) return;
    Object.defineProperty(navigator, "languages", { value: Object.freeze(known), configurable: true });
    Object.defineProperty(navigator, "language", { value: known[0], configurable: true });
  }

  function tag(locale) {
    try {
      var name = Intl.getCanonicalLocales(String(locale).split(/[.@]/)[0].replace(/_/g, "-"))[0];
      return /^[a-z]{2,3}(-|$)/.test(name) ? name : null;
    } catch (error) {
      return null;
    }
  }

  function missingFeatures() {
    var needed = {
      WebAssembly: window.WebAssembly && WebAssembly.compileStreaming && WebAssembly.Exception,
      BigInt: window.BigInt64Array,
      Worker: window.Worker,
      BroadcastChannel: window.BroadcastChannel,
      IndexedDB: "indexedDB" in window,
      "Intl.Segmenter": window.Intl && (Intl.Segmenter || Intl.v8BreakIterator),
      "CSS grid": window.CSS && CSS.supports && CSS.supports("display", "grid"),
    };
    return Object.keys(needed).filter(function (name) { return !needed[name]; });
  }

  function onError(event) {
    var source = event.target && event.target !== window && (event.target.src || event.target.href);
    if (source) {
      if (event.target.tagName === "SCRIPT" && source.indexOf("/rive/") < 0) fail("missing", source);
    } else if (event.message && event.message.indexOf("ResizeObserver") < 0) {
      var place = event.filename ? " (" + event.filename.split("/").pop() + ":" + event.lineno + ")" : "";
      if (/^(Uncaught )?SyntaxError/.test(event.message)) fail("browser", event.message + place);
      else suspect(reasonOf(event.message), event.message + place);
    }
  }

  function onRejection(event) {
    var text = event.reason && event.reason.message ? event.reason.name + ": " + event.reason.message : String(event.reason);
    suspect(reasonOf(text), text);
  }

  function onRefusal(event) {
    if (event.disposition === "enforce" && /^(script|worker|connect|default)-src/.test(event.effectiveDirective)) {
      suspect("blocked", event.effectiveDirective + " " + event.blockedURI);
      if (shown === "missing") show("blocked", event.effectiveDirective + " " + event.blockedURI, "failed");
    }
  }

  function reasonOf(text) {
    if (/out of memory|MemoryError|allocat|memory\.grow|Maximum memory|Array buffer|WebAssembly\.Memory/i.test(text)) return "memory";
    if (/^(Error: )?[45]\d\d \//.test(text) || /failed to fetch|networkerror|load failed|imported module|importing a module|error loading/i.test(text)) return "missing";
    if (/SecurityError|QuotaExceeded|StoreTrouble|indexedDB|IDBFactory|storage/i.test(text)) return "storage";
    if (/SyntaxError|LinkError|CompileError|is not a function|is not defined|not supported|NotSupported/.test(text)) return "browser";
    return "other";
  }

  function observe() {
    try {
      new PerformanceObserver(progress).observe({ entryTypes: ["resource", "mark"] });
    } catch (error) {
      // then the scripts alone tell
    }
  }

  function progress() {
    still = 0;
  }

  function look() {
    if (document.visibilityState === "hidden") return;
    still += 1;
    if (doubt && still >= GRACE_SECONDS) show(doubt.reason, doubt.detail, "doubtful");
    else if (still >= STILL_SECONDS) show("slow", "", "doubtful");
  }

  /** Something went wrong; should the app not come up, this is why. */
  function suspect(reason, detail) {
    if (state === "up") return;
    console.error("start:", reason, detail);
    if (doubt) return;
    doubt = { reason: reason, detail: detail };
    still = 0;
  }

  /** The app does not start, or has stopped. */
  function fail(reason, detail) {
    if (state === "failed") return;
    if (reason === "missing" && doubt && doubt.reason === "blocked") reason = "blocked";
    console.error("start:", reason, detail);
    startPlainly();
    show(reason, detail, "failed");
  }

  /** The app is up: whether the screen may be given to it. */
  function up() {
    if (state === "failed") return false;
    state = "up";
    clearInterval(watch);
    removeEventListener("error", onError, true);
    removeEventListener("unhandledrejection", onRejection);
    removeEventListener("securitypolicyviolation", onRefusal);
    return true;
  }

  function show(reason, detail, next) {
    if (next === "doubtful" && (state === "failed" || (shown && shown !== "slow") || shown === reason)) return;
    shown = reason;
    var title = text(state === "up" ? "stopped" : reason === "slow" ? "slow" : "failed");
    state = next;
    if (next === "failed") clearInterval(watch);
    var main = element("main", "splash trouble", [
      element("h1", "", title), element("p", "", text("why_" + reason).replace("{missing}", detail)), element("p", "", text("kept")),
      buttons(), element("p", "detail", detail && reason !== "browser" ? String(detail).slice(0, 300) : ""),
    ]);
    var old = boot.querySelector("main");
    if (old) boot.replaceChild(main, old);
    var bar = boot.querySelector(".progress");
    if (bar && next === "failed") boot.removeChild(bar);
    boot.className = "";
    boot.setAttribute("role", "alert");
    boot.setAttribute("aria-busy", "false");
    document.body.appendChild(boot);
  }

  function buttons() {
    var said = element("p", "detail", text("repair_what"));
    var retry = element("button", "", text("retry"));
    retry.onclick = function () { location.reload(); };
    var repair = element("button", "quiet", text("repair"));
    repair.onclick = function () {
      repair.disabled = true;
      mend(function (told) {
        said.textContent = told;
        repair.disabled = false;
      });
    };
    return element("div", "ways", [retry, repair, said]);
  }

  // The copy of the app is thrown away, never what was entered. Without the server it is all there is: then it stays.
  // The service worker answers GET from that copy, and leaves HEAD to the server.
  function mend(refuse) {
    fetch("/index.html", { method: "HEAD", cache: "no-store" }).then(function (answer) {
      if (!answer.ok) throw new Error(answer.status);
      return Promise.all([forgetCopies(), forgetWorker()]);
    }).then(function () {
      startPlainly();
      location.reload();
    }).catch(function (error) {
      console.error("repair:", error);
      refuse(text("repair_offline"));
    });
  }

  function forgetCopies() {
    if (!("caches" in window)) return null;
    return caches.keys().then(function (names) {
      return Promise.all(names.filter(function (name) { return name.indexOf("etabli-") === 0; }).map(function (name) { return caches.delete(name); }));
    }).catch(console.warn);
  }

  function forgetWorker() {
    if (!navigator.serviceWorker) return null;
    return navigator.serviceWorker.getRegistration().then(function (found) { return found && found.unregister(); }).catch(console.warn);
  }

  // As after two starts from the memory snapshot that came to nothing.
  function startPlainly() {
    try {
      localStorage.setItem("etabli-resume", build.id + " 2");
    } catch (error) {
      // no storage in this browser: then there is no snapshot either
    }
  }

  function text(key) {
    return build.texts[document.documentElement.lang in build.texts ? document.documentElement.lang : build.lang]["boot." + key];
  }

  function element(name, className, content) {
    var node = document.createElement(name);
    node.className = className;
    (Array.isArray(content) ? content : [document.createTextNode(content)]).forEach(function (child) { node.appendChild(child); });
    return node;
  }
})();
