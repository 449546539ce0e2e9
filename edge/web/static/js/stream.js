// Server-sent events with a connection that mends itself.
//
// EventSource tries again by itself while the network is away, but gives up for good when it gets
// an answer that is no stream (the gateway is starting, or the session is over). Then we look what
// it is and try again or go to the sign-in page.

import { get, goToSignIn } from "./api.js";

const RETRY_MS = 2000;

/**
 * Listen to a stream.
 * @param onValue called with (value, revision, first): `first` for the first value of a connection.
 * @param onState called with whether there is a connection.
 * @returns a function that ends it.
 */
export function listen(path, event, onValue, onState) {
  let source = null;
  let over = false;
  let timer = 0;

  function open() {
    clearTimeout(timer);
    source?.close();
    let first = true;
    source = new EventSource(path);
    source.addEventListener("open", () => {
      first = true;
      onState(true);
    });
    source.addEventListener(event, (message) => {
      onValue(JSON.parse(message.data), Number(message.lastEventId), first);
      first = false;
    });
    source.addEventListener("error", () => {
      onState(false);
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
  open();
  return () => {
    over = true;
    clearTimeout(timer);
    source.close();
    removeEventListener("offline", away);
    removeEventListener("online", open);
  };
}
