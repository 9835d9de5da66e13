/* A tablet that is put down locks itself: the code of its agent opens it again where it was. The server keeps it locked too;
   without a network the code is compared with a derived key that this device kept when it was last typed. */
{
const find = (what, where = document) => where.querySelector(what), shut = find("dialog[data-lock]"), asks = find("form[data-unlock]");
const LOCKED = new URL("verrou/", new URL(asks.dataset.next, location.href)), MARKS = "preau-verrou", GESTURE = "preau-gesture";
const WARNING = 20e3, TRIES = 5, ROUNDS = 200000; /* milliseconds; wrong codes; rounds of derivation */
const bytes = text => Uint8Array.from(text.match(/../g) || [], pair => parseInt(pair, 16));
const derived = async (code, salt) => {
  const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(code), "PBKDF2", false, ["deriveBits"]);
  const bits = await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt: bytes(salt), iterations: ROUNDS }, key, 256);
  return [...new Uint8Array(bits)].map(n => n.toString(16).padStart(2, "0")).join("");
};
const code = () => { try { const found = JSON.parse(localStorage.getItem("preau-code")); return found?.who === asks.dataset.who ? found : null; } catch { return null; } };
const keepCode = found => { try { localStorage.setItem("preau-code", JSON.stringify(found)); } catch { /* the network will say */ } };
const mark = async on => {
  if (!self.caches) return;
  const store = await caches.open(MARKS);
  if (on) await store.put(LOCKED, new Response("locked")); else await store.delete(LOCKED);
};
const isMarked = async () => Boolean(self.caches && await (await caches.open(MARKS)).match(LOCKED));
const post = (url, fields, keepalive = false) => {
  const body = new FormData();
  body.set("csrfmiddlewaretoken", find("[name=csrfmiddlewaretoken]", asks).value);
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  return fetch(url, { method: "POST", body, headers: { "X-Part": "lock" }, redirect: "manual", keepalive });
};

/* the last gesture on any page of this device (preau.js): a tab in the background does not lock the one that is used */
const noted = () => { try { return Number(localStorage.getItem(GESTURE)) || 0; } catch { return 0; } };
const note = () => { try { localStorage.setItem(GESTURE, Date.now()); } catch { /* this page counts alone */ } };
let last = noted() || Date.now();
if (!noted()) note();
const soon = find("[data-lock-soon]");
const tellServer = () => post(LOCKED, {}, true).catch(() => {});
const close = async (isAsked = false) => {
  if (shut.open) return;
  if (!navigator.onLine && !code()) { /* never locked out of an offline tablet */
    if (isAsked) { find("span", soon).textContent = "Sans réseau, cette tablette ne connaît pas encore votre code : elle ne se verrouille pas."; soon.hidden = false; }
    return;
  }
  soon.hidden = true;
  find("input[name=code]", asks).value = "";
  find("[data-wrong]", asks).hidden = true;
  shut.showModal();
  await mark(true);
  tellServer();
};
const reopen = async () => {
  await mark(false);
  last = Date.now();
  note();
  if (shut) shut.close(); else location.assign(asks.dataset.next);
};

const wrong = words => {
  const place = find("[data-wrong]", asks), input = find("input[name=code]", asks);
  place.textContent = words;
  place.hidden = false;
  input.value = "";
  input.focus();
};
const offline = async typed => {
  const kept = code();
  if (!kept) return wrong("Sans réseau, ce code ne se vérifie pas sur cette tablette. Attendez le réseau.");
  if ((kept.wrong || 0) >= TRIES) return wrong("Trop de codes faux : attendez le réseau.");
  if (await derived(typed, kept.salt) === kept.key) { keepCode({ ...kept, wrong: 0 }); return reopen(); }
  keepCode({ ...kept, wrong: (kept.wrong || 0) + 1 });
  wrong("Ce code n’est pas le vôtre.");
};
asks.addEventListener("submit", async e => {
  e.preventDefault();
  const typed = find("input[name=code]", asks).value;
  let answer;
  try { answer = await post(asks.action, { code: typed }); } catch { return offline(typed); }
  if (answer.status === 422) return wrong(await answer.text());
  if (answer.status !== 204) return location.assign(asks.dataset.next); /* logged out: the page says so */
  if (self.crypto?.subtle) { const salt = [...crypto.getRandomValues(new Uint8Array(16))].map(n => n.toString(16).padStart(2, "0")).join(""); keepCode({ who: asks.dataset.who, salt, key: await derived(typed, salt), wrong: 0 }); }
  reopen();
});

if (shut) {
  const after = shut.dataset.lock * 1000;
  for (const what of ["pointerdown", "keydown", "scroll", "touchstart"]) addEventListener(what, () => { last = Date.now(); soon.hidden = true; }, { passive: true, capture: true });
  const watch = () => {
    const idle = Date.now() - Math.max(last, noted());
    if (idle > after) close(); else if (!soon.dataset.said) soon.hidden = idle < after - WARNING;
  };
  setInterval(watch, 2000);
  document.addEventListener("visibilitychange", watch);
  shut.addEventListener("cancel", e => e.preventDefault());
  watch();
  find("form[data-lock-now]")?.addEventListener("submit", e => { e.preventDefault(); close(true); });
  isMarked().then(on => { if (on) close(); });
}
/* locked while there was no network: the server learns it as soon as it may */
if (!shut) isMarked().then(on => { if (on) tellServer(); });
addEventListener("online", () => { isMarked().then(on => { if (on) tellServer(); }); });
}
