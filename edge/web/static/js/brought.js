// What the page brought along: answers that its script would ask for first, so that the work stands
// there before anything was asked. A page that was kept for a time without network brings nothing.

const values = JSON.parse(document.querySelector("meta[name=brought]")?.content ?? "{}");

/** What was brought under a name, once: whoever asks again wants it anew. Null for nothing. */
export function brought(name) {
  const value = values[name] ?? null;
  delete values[name];
  return value;
}
