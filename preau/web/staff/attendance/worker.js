/* Without a network, a sheet that this device has shown opens again: its page kept a copy of itself (copies.js). With a
   network this file gives back what the network says. It writes nothing. */
const COPIES = "preau-pointage", LONGEST = 12 * 3600e3, PATIENCE = 8000; /* milliseconds */
addEventListener("install", () => skipWaiting());
addEventListener("activate", e => e.waitUntil(clients.claim()));

const POLICY = ["default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'", ...["script", "style", "img", "font", "connect"].map(kind => `${kind}-src 'self'`)].join("; ");
const given = async copy => new Response((await copy.text()).replace('data-copy="" hidden=""', "data-copy"), { headers: { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": POLICY } });
const copyOf = async address => {
  const store = await caches.open(COPIES), url = new URL(address), on = url.searchParams.get("date");
  if (await (await caches.open("preau-verrou")).match(new URL("verrou/", registration.scope))) return store.match(new URL("deverrouiller/", registration.scope));
  url.hash = "";
  for (const same of ["date", "lot", "voir"]) url.searchParams.delete(same); /* of a view, the whole sheet */
  url.searchParams.sort();
  const found = await store.match(url);
  if (found && (!on || on === found.headers.get("x-day")) && Date.now() - found.headers.get("x-at") < LONGEST) return given(found);
};

const page = async request => {
  const network = fetch(request), late = new Promise(done => { setTimeout(done, PATIENCE); });
  try { /* a network that is slow: the copy, or else its answer when it comes */
    return await Promise.race([network, late]) || await copyOf(request.url) || await network;
  } catch {
    return await copyOf(request.url) || await caches.match(new URL("hors-ligne/", registration.scope)) || Response.error();
  }
};

addEventListener("fetch", e => {
  const { request } = e, url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") e.respondWith(page(request));
  else if (["style", "script", "font", "image"].includes(request.destination)) e.respondWith(fetch(request).catch(async problem => {
    const kept = await (await caches.open(COPIES)).match(request);
    if (kept) return kept;
    throw problem;
  }));
});
