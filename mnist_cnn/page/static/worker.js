// Keeps the page, whole, for when there is no network. Set above: VERSION, the FILES of this
// version, and the FOLDER that most of them lie in. All but the page itself are named by what is
// in them, so that versions never mix; the page comes from the version of this worker alone.

const OURS = `${registration.scope} `;
const KEPT = OURS + VERSION;
const PAGES = ["", "index.html"].map((name) => new URL(name, registration.scope).pathname);
const MOST = 2; // this version, and the one that a page may still be open in

async function install() {
  await caches.delete(KEPT);
  const page = await fetch("./", { cache: "reload" });
  // In the middle of an upload it may be another one: tried again at the next visit.
  if (!(await page.clone().text()).includes(FOLDER)) throw new Error("The page is another one.");
  const cache = await caches.open(KEPT);
  await cache.addAll(FILES);
  await cache.put("./", page);
  await skipWaiting();
}

async function activate() {
  const names = (await caches.keys()).filter((name) => name.startsWith(OURS));
  await Promise.all(names.slice(0, -MOST).map((name) => caches.delete(name)));
  await clients.claim();
}

async function answer(request) {
  const isPage = request.mode === "navigate";
  const found = isPage
    ? await (await caches.open(KEPT)).match("./", { ignoreVary: true })
    : await caches.match(request, { ignoreVary: true });
  return found ?? fetch(request);
}

addEventListener("install", (event) => event.waitUntil(install()));
addEventListener("activate", (event) => event.waitUntil(activate()));
addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || !request.url.startsWith(registration.scope)) return;
  if (request.mode === "navigate" && !PAGES.includes(new URL(request.url).pathname)) return;
  event.respondWith(answer(request));
});
