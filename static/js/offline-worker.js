// Keeps the phone page of a lab, so that it starts without network (live contract, phone rule 6). A service worker: the browser
// allows it over https only, and nothing depends on it. Served at /labs/offline.js, so it sees pages below /labs and what they load.
//
//   {keep: "/labs/…/phone", files: [addresses]}   keep this page with its files; what another version kept is thrown away
//
// A page comes from the server whenever the server answers. Files have addresses that never change their content, so the kept
// ones are as good as the server's. Nothing else is touched.

const BASE = location.pathname.slice(0, -"/labs/offline.js".length); // where the tool lives on its host; mostly nothing
const OURS = `facilitation${BASE}-`; // another instance on the same host keeps its own
const STATIC = `${BASE}/static/`;
const PHONE = /^\/labs\/[^/]+\/phone$/;
const PATIENCE_MS = 5000; // a network that brings nothing for so long is no network
const OVER = new Set([401, 403, 404, 410]); // the place in the lab has ended: nothing to start

addEventListener("install", () => self.skipWaiting());
addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

addEventListener("message", (event) => {
  const { keep, files } = event.data ?? {};
  if (isPhone(keep)) event.waitUntil(keepPage(keep, files).catch(() => {})); // storage may be full or forbidden
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") {
    if (isPhone(url.pathname) && !url.search) event.respondWith(page(request, url.pathname));
  } else if (url.pathname.startsWith(STATIC)) event.respondWith(file(request));
});

/** @param {string} [path] */
function isPhone(path) {
  return !!path?.startsWith(BASE) && PHONE.test(path.slice(BASE.length));
}

/** @param {string} path @param {string[]} files */
async function keepPage(path, files) {
  const version = files.map((file) => new URL(file).pathname.slice(STATIC.length).split("/")[0]).find(Boolean);
  const cache = await caches.open(OURS + version);
  for (const file of files) if (!(await cache.match(file, { ignoreVary: true }))) await cache.add(file);
  const answer = await fetch(path, { credentials: "same-origin" });
  if (!answer.ok || answer.redirected) return forget(path);
  await cache.put(path, answer);
  for (const name of await caches.keys()) if (name.replace(/\w+$/, "") === OURS && name !== OURS + version) await caches.delete(name);
}

/** @param {Request} request @param {string} path @returns {Promise<Response>} */
async function page(request, path) {
  const asked = fetch(request);
  const answer = await Promise.race([asked, after(PATIENCE_MS)]).catch(() => null);
  if (answer && answer.status < 500) {
    if (OVER.has(answer.status)) await forget(path);
    return answer;
  }
  return (await caches.match(path, { ignoreVary: true })) ?? asked;
}

/** @param {Request} request @returns {Promise<Response>} */
async function file(request) {
  return (await caches.match(request, { ignoreVary: true })) ?? fetch(request);
}

/** @param {string} path */
async function forget(path) {
  for (const name of await caches.keys()) await (await caches.open(name)).delete(path);
}

/** @param {number} ms @returns {Promise<null>} */
function after(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms, null));
}
