// This browser's subscription to push messages, and the permission to show them.
import { element, present } from "./overlay.js";

const SLOW = 20000; // a push service that cannot be reached is not always told apart from a slow one

/** {supported, secure, installable, permission, subscription}; `installable`: only once it is on the home screen. */
export async function state(registration, isTab) {
  const supported = "PushManager" in window && "Notification" in window && Boolean(navigator.serviceWorker);
  const subscription = supported && registration ? await registration.pushManager.getSubscription() : null;
  return {
    supported,
    secure: isSecureContext,
    installable: !supported && isTab,
    permission: supported ? Notification.permission : "denied",
    subscription: etabliDevice.subscription(subscription),
  };
}

/** Ask whether notifications may be shown: Safari only hears a tap on the page itself, so it gets a sheet with a button. */
export async function ask({ texts }) {
  if (Notification.permission !== "default") return Notification.permission;
  if (!navigator.vendor?.startsWith("Apple")) return Notification.requestPermission();
  const { permission = "default" } = await present(texts.title, texts.close, (sheet, finish) => {
    const allow = element("button", { type: "button", class: "primary", onclick: async () => finish({ permission: await Notification.requestPermission() }) }, texts.allow);
    sheet.append(element("div", { class: "words" }, element("p", {}, texts.why)), element("footer", {}, element("div", { class: "actions" }, allow)));
    allow.focus();
  });
  return permission;
}

/** Subscribe with `key`, where it is not done already; `anew` in any case. Only where it may. */
export async function subscribe(registration, { key, anew }) {
  if (Notification.permission !== "granted") return;
  const manager = registration.pushManager;
  const known = await manager.getSubscription();
  if (known && !anew && [key, ""].includes(etabliDevice.subscription(known).public_key)) return;
  await known?.unsubscribe();
  const late = new Promise((_, reject) => setTimeout(reject, SLOW, new Error("no answer")));
  try {
    await Promise.race([manager.subscribe({ userVisibleOnly: true, applicationServerKey: key }), late]);
  } catch (error) {
    throw Object.assign(new Error(String(error?.message ?? error)), { code: error?.name === "NotAllowedError" ? "denied" : "push_service" });
  }
}

export async function unsubscribe(registration) {
  await (await registration?.pushManager?.getSubscription())?.unsubscribe();
}
