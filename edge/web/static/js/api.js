// Asking the gateway. A request ends in `{status, body}`, or in an exception when the gateway was
// not reached at all.

const WAIT_MS_MAX = 8000;

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
  const { status, body } = await get("/api/session");
  if (status === 200) return body;
  goToSignIn();
  return new Promise(() => {}); // the page is being left
}

export function goToSignIn() {
  location.assign(`/?next=${location.pathname.slice(1)}`);
}

async function request(method, path, body, key) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), WAIT_MS_MAX);
  const headers = {};
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
    const text = await answer.text();
    return { status: answer.status, body: text ? JSON.parse(text) : null };
  } finally {
    clearTimeout(timer);
  }
}
