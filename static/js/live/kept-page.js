// Over https the page stays on the phone with its files and starts in a tunnel too (live contract, phone rule 6). Everything works
// without: on plain http, in private windows and where storage is full, nothing happens here.

import { at } from "../lib/address.js";

const SPREAD_MS = 10_000; // a room that came together does not ask for its pages together

/** Ask the worker to keep this page as it is now. Call it when every part has been loaded. */
export function keepPage() {
  const worker = isSecureContext ? navigator.serviceWorker : undefined;
  if (!worker) return;
  setTimeout(async () => {
    try {
      await worker.register(at("/labs/offline.js"));
      (await worker.ready).active?.postMessage({ keep: location.pathname, files: files() });
    } catch {
      // forbidden in this browser
    }
  }, Math.random() * SPREAD_MS);
}

/** The addresses of every style, script and font of this page. */
function files() {
  const loaded = performance.getEntriesByType("resource").map((entry) => entry.name);
  return [...new Set(loaded)].filter((address) => address.startsWith(`${location.origin}${at("/static/")}`));
}

/** A lab that is to be forgotten is not started either. @param {string} lab */
export async function forgetPage(lab) {
  for (const name of await caches.keys()) await (await caches.open(name)).delete(at(`/labs/${lab}/phone`));
}
