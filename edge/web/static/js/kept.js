// What a page needs to go on without the gateway: who works here, and what was last told.
//
// It is one person's at a time, for as long as a sign-in can hold; signing out forgets it. Nothing
// of it is ever taken for an answer of the gateway: the page tells that it is offline.

const PREFIX = "we1.kept/";
const HELD_MS_MAX = 14 * 3600 * 1000;

/** Keep a value under a name, in the place of what was kept there. */
export function keep(name, value) {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify({ value, made: Date.now() }));
  } catch {
    // no room or no permission: this page goes on, but not after a reload without network
  }
}

/** What was kept under a name; null for nothing, or when it is too old. */
export function recall(name) {
  try {
    const { value, made } = JSON.parse(localStorage.getItem(PREFIX + name)) ?? { value: null, made: 0 };
    return Date.now() - made < HELD_MS_MAX ? value : null;
  } catch {
    return null;
  }
}

export function forget(name) {
  try {
    localStorage.removeItem(PREFIX + name);
  } catch {
    // was not kept either
  }
}

/** Forget everything: the person goes, or another has come. */
export function forgetAll() {
  try {
    const names = Object.keys(localStorage).filter((name) => name.startsWith(PREFIX));
    for (const name of names) localStorage.removeItem(name);
  } catch {
    // was not kept either
  }
}
