// Server-sent events with a connection that mends itself.
//
// EventSource tries again by itself while the network is away, but gives up for good when it gets
// an answer that is no stream (the gateway is starting, or the session is over). Then we look what
// it is and try again or go to the sign-in page.

import { get, goToSignIn } from "./api.js";
import { brought } from "./brought.js";
import { keep, recall } from "./kept.js";
import { whenFree } from "./press.js";

const RETRY_MS = 2000;
const SOON_MS = 1500; // so long the first value is waited for before a kept one is shown

/**
 * Listen to a stream. What the page brought along of it is told at once.
 * @param onValue called with (value, revision, first): `first` for the first value of a connection.
 * @param onState called with whether there is a connection.
 * @param keeps whether the last value is kept, to go on with after a reload without network.
 * @returns a function that ends it.
 */
export function listen(path, event, onValue, onState, keeps = false) {
  let source = null;
  let over = false;
  let timer = 0;
  let opened = 0;
  let told = !keeps;
  const soon = keeps ? setTimeout(tellKept, SOON_MS) : 0;

  /** What was told the last time, until the gateway tells it anew. */
  function tellKept() {
    const kept = told ? null : recall(path);
    told = true;
    if (kept !== null && !over) onValue(kept, 0, true);
  }

  function tellBrought() {
    const sent = brought(path);
    if (sent === null) return;
    told = true;
    if (keeps) keep(path, sent.value);
    onValue(sent.value, sent.revision, true);
  }

  function open() {
    clearTimeout(timer);
    source?.close();
    let first = true;
    source = new EventSource(path);
    source.addEventListener("open", () => {
      first = true;
      opened += 1;
      onState(true);
      if (opened > 1) get("/api/session").catch(() => {}); // it may be another gateway by now
    });
    source.addEventListener(event, (message) => {
      const value = JSON.parse(message.data);
      told = true;
      if (keeps) keep(path, value);
      const isFirst = first;
      first = false;
      whenFree(() => over || onValue(value, Number(message.lastEventId), isFirst));
    });
    source.addEventListener("error", () => {
      onState(false);
      tellKept();
      if (source.readyState === EventSource.CLOSED && !over) timer = setTimeout(reopen, RETRY_MS);
    });
  }

  async function reopen() {
    try {
      const { status } = await get("/api/session");
      if (status === 401) return goToSignIn();
    } catch {
      // not reached; the new stream will tell when it is
    }
    if (!over) open();
  }

  const away = () => onState(false);
  addEventListener("offline", away);
  addEventListener("online", open);
  tellBrought();
  open();
  return () => {
    over = true;
    clearTimeout(timer);
    clearTimeout(soon);
    source.close();
    removeEventListener("offline", away);
    removeEventListener("online", open);
  };
}
