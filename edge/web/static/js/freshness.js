// Whether this page is still the gateway's newest, and keeping it for times without network.
//
// Every answer names the version of the pages that the gateway has; a script's own stands in its
// address. Once they differ the page loads itself anew, as soon as nothing can be lost by it:
// nothing unsent, nothing half typed, nothing on the screen that waits to be read.

const OWN = new URL(import.meta.url).pathname.split("/")[2];
const LOOK_MS = 500;
const TRIED = "we1.pages_tried";
const IDLE_MS = 3000;
const WORKER = "/worker.js";

const busy = []; // functions that tell whether something would be lost
let timer = 0;
let isKeeping = false;

/** `isBusy` tells whether a reload would lose something. */
export function mindBeforeReload(isBusy) {
  busy.push(isBusy);
}

/** The version that the gateway has named. */
export function sawVersion(version) {
  if (!version || version === OWN || timer !== 0 || tried() === version) return;
  timer = setInterval(() => {
    if (!isFree()) return;
    clearInterval(timer);
    remember(version); // a browser that has the old page again is not asked for ever
    location.reload();
  }, LOOK_MS);
}

/** Have the browser keep the pages, where it can: over HTTPS, or on the gateway itself. */
export function keepPages() {
  if (isKeeping || !globalThis.isSecureContext || !("serviceWorker" in navigator)) return;
  isKeeping = true;
  const wait = globalThis.requestIdleCallback ?? ((register) => setTimeout(register, IDLE_MS));
  wait(register, { timeout: IDLE_MS }); // the page that somebody waits for comes first
}

async function register() {
  const policy = globalThis.trustedTypes?.createPolicy("worker", { createScriptURL: () => WORKER });
  try {
    await navigator.serviceWorker.register(policy?.createScriptURL("") ?? WORKER);
  } catch {
    // a browser that keeps nothing works as long as the network does
  }
}

function isFree() {
  if (document.querySelector("dialog[open], .sign:not([hidden])")) return false;
  const typed = [...document.querySelectorAll("input, textarea")].some((one) => one.value !== one.defaultValue);
  return !typed && !busy.some((isBusy) => isBusy());
}

function tried() {
  try {
    return sessionStorage.getItem(TRIED);
  } catch {
    return null;
  }
}

function remember(version) {
  try {
    sessionStorage.setItem(TRIED, version);
  } catch {
    // then it may be tried again
  }
}
