// The service worker: keeps the pages in the browser, so that they open without the gateway, too.
//
// The gateway writes `SHELL` before the first line: the version of the pages, the names of their
// files, and which page lies at which path. Files have their version in their address and never
// change, so they are always taken from what is kept. A page itself is asked of the gateway, which
// looks who is signed in, and taken from what is kept where the gateway does not answer.
// Nothing that anybody said or was told passes here: `/api` is left alone.

const PREFIX = "we1-pages-";
const KEPT = PREFIX + SHELL.version;
const ROOT = `/static/${SHELL.version}/`;
const WAIT_MS_MAX = 2500; // a network that is there in name only must not keep anybody from working

addEventListener("install", (event) => {
  skipWaiting(); // versions live side by side, so nobody has to wait for pages that are open
  route(event);
  event.waitUntil(take());
});

addEventListener("activate", (event) => event.waitUntil(succeed()));

addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== location.origin) return;
  if (pathname.startsWith("/static/")) event.respondWith(file(event.request));
  else if (mode === "navigate" && pathname in SHELL.pages) {
    event.respondWith(page(event, SHELL.pages[pathname]));
  }
});

/** Where the browser can, what needs no thought does not wake this worker up. */
function route(event) {
  event.addRoutes?.([
    { condition: { urlPattern: "/api/*" }, source: "network" },
    { condition: { urlPattern: `${ROOT}*` }, source: { cacheName: KEPT } },
  ]);
}

/** All files or none: a version that is not whole is not installed and tried another time. */
async function take() {
  const cache = await caches.open(KEPT);
  await cache.addAll(SHELL.files.map((name) => ROOT + name));
}

/** What is older goes, but the last one: a page may be open that began with it. */
async function succeed() {
  const older = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== KEPT);
  await Promise.all(older.slice(0, -1).map((name) => caches.delete(name)));
  await registration.navigationPreload?.enable(); // the gateway is asked while the worker wakes up
  await clients.claim();
}

async function file(request) {
  return (await caches.match(request)) ?? fetch(request);
}

async function page(event, name) {
  let timer = 0;
  const late = new Promise((_, fail) => (timer = setTimeout(() => fail(new Error("late")), WAIT_MS_MAX)));
  try {
    const answer = await Promise.race([asked(event), late]);
    if (answer.status < 500) return answer;
  } catch {
    // not reached: the kept page has to do
  } finally {
    clearTimeout(timer);
  }
  const cache = await caches.open(KEPT);
  return (await cache.match(`${ROOT}pages/${name}.html`)) ?? Response.error();
}

async function asked(event) {
  return (await event.preloadResponse) ?? fetch(event.request);
}
