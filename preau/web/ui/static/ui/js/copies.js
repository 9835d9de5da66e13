/* A page of « Pointage » leaves a copy of itself on the device, under the account of who opened it: it opens again without
   a network (worker.js), for the day, until somebody logs out (preau.js). Faces and persons who collect are never kept. */
const COPIES = "preau-pointage", owner = find("[data-kept]")?.dataset, shownCopy = find("[data-copy]:not([hidden])");
const clock = () => new Date().toLocaleTimeString("fr", { hour: "2-digit", minute: "2-digit" });

/* One copy of a sheet, whole and of the day itself: those of its views would tell another hour. */
const keyOfPage = () => {
  const url = new URL(location.href);
  url.hash = "";
  for (const same of ["date", "lot", "voir"]) url.searchParams.delete(same);
  url.searchParams.sort();
  return url;
};
const copyOf = shown => {
  const page = shown.documentElement.cloneNode(true);
  page.querySelectorAll("[data-said],[data-kept],[data-copy]").forEach(place => { place.hidden = true; });
  page.querySelectorAll("[data-copy] time").forEach(place => { place.textContent = clock(); });
  page.querySelectorAll("dialog").forEach(each => each.removeAttribute("open"));
  page.querySelectorAll("[data-collector]").forEach(each => each.remove());
  return `<!doctype html>${page.outerHTML}`;
};

/* What another person kept here, or another day, goes. */
const clear = async store => {
  for (const request of await store.keys()) {
    const who = (await store.match(request)).headers.get("x-who");
    if (who && who !== `${owner.kept} ${owner.today}`) await store.delete(request);
  }
};
const wholePage = async () => {
  if (!new URLSearchParams(location.search).get("voir")) return document;
  const answer = await fetch(keyOfPage()).catch(() => null);
  return answer?.ok && !answer.redirected ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
};
const keepCopy = async () => {
  if (!owner?.worker || shownCopy || !self.caches) return;
  const store = await caches.open(COPIES);
  await clear(store);
  const whole = owner.day === owner.today && await wholePage();
  if (whole) await store.put(keyOfPage(), new Response(copyOf(whole), { headers: {
    "Content-Type": "text/html; charset=utf-8", "x-who": `${owner.kept} ${owner.today}`, "x-day": owner.day, "x-at": Date.now(), "x-title": encodeURIComponent(find("h1").textContent.trim()) } }));
  const parts = performance.getEntriesByType("resource").map(each => new URL(each.name)).filter(url => url.origin === location.origin && url.pathname.startsWith("/static/"));
  const sheets = [...document.querySelectorAll("link[rel=stylesheet]")].map(link => new URL(link.href));
  for (const url of [...parts, ...sheets, new URL("hors-ligne/", new URL(owner.scope, location.href)), new URL("deverrouiller/", new URL(owner.scope, location.href))]) {
    url.hash = "";
    if (await store.match(url)) continue;
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok && !answer.redirected) await store.put(url, answer);
  }
};
let later;
const keepSoon = () => { clearTimeout(later); later = setTimeout(keepCopy, 700); };
addEventListener("preau:sent", keepSoon);
if (owner?.worker && navigator.serviceWorker) navigator.serviceWorker.register(owner.worker, { scope: owner.scope }).then(keepCopy, () => {});

/* The page that stands for one that was not kept names those that are. */
const list = find("[data-copies]");
if (list && self.caches) caches.open(COPIES).then(async store => {
  for (const request of await store.keys()) {
    const title = (await store.match(request)).headers.get("x-title"), link = document.createElement("a");
    if (!title) continue;
    link.href = request.url;
    link.textContent = decodeURIComponent(title).replace(/\s+/g, " ");
    list.append(Object.assign(document.createElement("li"), { className: "grow" }));
    list.lastChild.append(link);
  }
});
