// Asking the gateway. A request ends in `{status, body}`, or in an exception when the gateway was
// not reached at all.

import { brought } from "./brought.js";
import { sawVersion } from "./freshness.js";
import { forget, forgetAll, keep, recall } from "./kept.js";
import { unlocked } from "./lock.js";

const WAIT_MS_MAX = 8000;
const SOON_MS = 2500; // so long the gateway is waited for where a kept answer would do as well
const TOLD_EVERY_MS = 60_000;
const LOCKED = 423;

/** A new id for one change: unique for ever, made here, so that a repetition is recognised. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function get(path) {
  return request("GET", path);
}

export function post(path, body, key = newKey()) {
  return request("POST", path, body, key);
}

export function remove(path) {
  return request("DELETE", path);
}

/** The person who is signed in; without one the way leads to the sign-in page. */
export async function whoAmI() {
  const person = await whoIsSignedIn().catch(() => recall("person"));
  if (person !== null) return person;
  goToSignIn();
  return new Promise(() => {}); // the page is being left
}

/**
 * The person who is signed in, or null. Who signed out without network is signed out first.
 * Throws where the gateway does not tell.
 */
export async function whoIsSignedIn() {
  if (recall("signed_out") !== null) {
    brought("/api/session"); // somebody who goes
    await signOut();
  }
  const { status, body } = await askWhoIsSignedIn();
  if (status >= 500) throw new Error(body?.text);
  if (status !== 200) return null;
  if (recall("person")?.badge !== body.badge) forgetAll();
  keep("person", body);
  return body;
}

function askWhoIsSignedIn() {
  const person = brought("/api/session");
  if (person !== null) return { status: 200, body: person };
  const waitMs = recall("person") === null ? WAIT_MS_MAX : SOON_MS;
  return request("GET", "/api/session", undefined, undefined, waitMs);
}

/** End the session; without network as soon as there is one. What was kept is forgotten at once. */
export async function signOut() {
  forgetAll();
  keep("signed_out", true);
  const { status } = await remove("/api/session");
  if (status < 500) forget("signed_out");
}

/**
 * Something that seldom changes: as the page brought it, as the gateway tells it, or as it was kept
 * the last time.
 * @param part makes of the answer what is to be kept.
 * @param name under which it is kept.
 * @returns null where it is neither told nor kept.
 */
export async function getKept(path, part, name = path) {
  const sent = brought(path);
  if (sent !== null) {
    keep(name, part(sent));
    return part(sent);
  }
  const kept = recall(name);
  try {
    const waitMs = kept === null ? WAIT_MS_MAX : SOON_MS;
    const { status, body } = await request("GET", path, undefined, undefined, waitMs);
    if (status !== 200) return kept;
    keep(name, part(body));
    return part(body);
  } catch {
    return kept;
  }
}

export function goToSignIn() {
  location.assign(`/?next=${location.pathname.slice(1)}`);
}

/** A touch or a key is an act of the person; that a page looks by itself is none. */
let toldMs = Date.now();
for (const kind of ["pointerdown", "keydown"]) {
  addEventListener(kind, () => {
    if (Date.now() - toldMs < TOLD_EVERY_MS) return;
    toldMs = Date.now();
    send("GET", "/api/session", undefined, undefined, { "X-Acted": "1" }).catch(() => (toldMs = 0));
  });
}

/** One request; where the page is locked it waits for the person's PIN and is sent then. */
async function request(method, path, body, key, waitMs = WAIT_MS_MAX) {
  const answer = await send(method, path, body, key, {}, waitMs);
  if (answer.status !== LOCKED) return answer;
  await unlocked(answer.body.text, send);
  return send(method, path, body, key, {});
}

async function send(method, path, body, key, headers, waitMs = WAIT_MS_MAX) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), waitMs);
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (key !== undefined) headers["Idempotency-Key"] = key;
  try {
    const answer = await fetch(path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: abort.signal,
      cache: "no-store",
    });
    sawVersion(answer.headers.get("X-Pages-Version"));
    const text = await answer.text();
    return { status: answer.status, body: text ? JSON.parse(text) : null };
  } finally {
    clearTimeout(timer);
  }
}
