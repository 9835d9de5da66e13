/* Roll call: a choice is kept on the device as soon as it is made, and sent when there is a network; what was sent is taken
   off. Children are numbers here; the one name that may wait is that of who collects. Without this file, « Enregistrer » keeps the whole sheet. */
const KEPT = "preau-taps", DEVICE = "preau-device", find = (what, where = document) => where.querySelector(what);
const hex = () => [...crypto.getRandomValues(new Uint8Array(16))].map(n => n.toString(16).padStart(2, "0")).join("");
const kept = () => { try { return JSON.parse(localStorage.getItem(KEPT)) || []; } catch { return []; } };
const keep = taps => { try { localStorage.setItem(KEPT, JSON.stringify(taps)); return true; } catch { return false; } };
try { if (!localStorage.getItem(DEVICE)) localStorage.setItem(DEVICE, hex()); } catch { /* « Enregistrer » stays */ }
/* What somebody tapped is sent under that person's name, never under that of who takes the tablet next. */
const me = find("[data-kept]")?.dataset.kept, mine = () => kept().filter(tap => tap.who === me);
const form = find("form[data-roll]:not([data-closed])"), here = new URL(location.href);
for (const shown of ["voir", "lot"]) here.searchParams.delete(shown); /* of the same sheet */
if (form) here.searchParams.set("date", form.dataset.roll);

const tell = words => { const place = find("[data-said]"); if (place) { place.textContent = words; place.hidden = !words; } };
const count = (why = "") => {
  const place = find("[data-kept]"), n = mine().length;
  if (!place) return;
  place.hidden = !n || !why;
  find("span", place).textContent = `${why} ${n} pointage${n > 1 ? "s gardés" : " gardé"} sur la tablette, ${n > 1 ? "envoyés" : "envoyé"} au retour du réseau.`;
};

const show = (tap, page) => {
  const why = find("[data-why]", page), fresh = find("[data-row]", page);
  if (why) tell(why.textContent);
  if (!form || tap.url !== here.pathname + here.search) return;
  const line = find(`[data-row="${tap.row}"]`, form);
  page.querySelectorAll("[data-count-of]").forEach(now => {
    const old = find(`[data-count-of="${now.dataset.countOf}"]`, form);
    if (old) old.textContent = now.textContent;
  });
  for (const place of ["[data-counts]", "[data-to-point]"]) {
    const old = find(place, form), now = find(place, page);
    if (old && now) old.innerHTML = now.innerHTML;
  }
  if (!line) return;
  if (why) line.querySelectorAll("input[type=radio]").forEach(radio => { radio.checked = radio.defaultChecked; });
  if (!fresh || kept().some(each => each.url === tap.url && each.row === tap.row)) return;
  const focused = document.activeElement, had = line.contains(focused), value = focused.value;
  line.replaceWith(fresh);
  if (had) (find(`[value="${value}"]`, fresh) || find("input[type=radio]", fresh))?.focus();
};

let busy = false, flying = "", isOff = !!find("[data-copy]:not([hidden])");
const flush = async () => {
  if (busy) return;
  busy = true;
  let why = "", sent = 0;
  while (mine().length) {
    const [tap] = mine(), body = new FormData();
    body.set("csrfmiddlewaretoken", find("[name=csrfmiddlewaretoken]").value);
    for (const [name, value] of [...Object.entries(tap.fields), ["k", tap.key], ["at", tap.at], ["sent", Date.now()], ["d", localStorage.getItem(DEVICE)]]) body.set(name, value);
    let answer;
    flying = tap.key;
    try { answer = await fetch(tap.url, { method: "POST", body, headers: { "X-Part": "line" }, redirect: "manual" }); } catch { why = "Hors ligne."; isOff = true; break; }
    isOff = false;
    if (answer.type === "opaqueredirect" || answer.status === 403) { why = "Reconnectez-vous, ou déverrouillez la tablette."; break; }
    if (![200, 404, 422].includes(answer.status)) { why = "Le service ne répond pas."; break; }
    keep(kept().filter(each => each.key !== tap.key));
    sent++;
    if (answer.status === 404) tell("Un pointage gardé n’a plus de feuille : vérifiez la liste.");
    else show(tap, new DOMParser().parseFromString(await answer.text(), "text/html"));
  }
  busy = false;
  flying = "";
  count(why);
  if (sent) dispatchEvent(new Event("preau:sent"));
};

/* Each tap is kept at once: the button is for who has no script, or a tablet that keeps nothing. */
const save = on => { const button = form && find("[data-save]", form); if (button) button.hidden = !on; };
save(false);
const now = () => new Date().toLocaleTimeString("fr", { hour: "2-digit", minute: "2-digit" });

const mark = (line, words) => {
  const place = find("small", line);
  place.dataset.was ??= place.textContent;
  place.textContent = words;
};
const say = (line, name, value, more = {}, shown = form.elements[`p.${line.dataset.row}`].value) => {
  const row = line.dataset.row, fields = { [name]: value, ...more, [`p.${row}`]: shown };
  if (form.elements.motif) fields.motif = form.elements.motif.value;
  tell("");
  const fits = keep([...kept(), { who: me, url: here.pathname + here.search, row, fields, key: hex(), at: Date.now() }]);
  if (!fits) { save(true); return tell("Cette tablette ne garde rien : finissez par « Enregistrer »."); }
  if (isOff || !navigator.onLine) mark(line, `noté à ${now()}, gardé sur la tablette`);
  flush();
};

/* What waits on the device is taken off it; what is on its way, or was received, is undone by its own name. */
const undo = (line, row) => {
  const waiting = mine().filter(tap => tap.url === here.pathname + here.search && tap.row === row && tap.fields[`e.${row}`]), latest = waiting.pop();
  if (!latest) return say(line, "undo", row);
  if (latest.key === flying) {
    const [seen, was] = form.elements[`p.${row}`].value.split("|");
    return say(line, "undo", row, {}, `${seen}|${was}|${latest.key}`);
  }
  keep(kept().filter(tap => tap.key !== latest.key));
  const value = waiting.pop()?.fields[`e.${row}`];
  line.querySelectorAll("input[type=radio]").forEach(radio => { radio.checked = value ? radio.value === value : radio.defaultChecked; });
  delete line.dataset.gone;
  if (!value) mark(line, find("small", line).dataset.was ?? find("small", line).textContent);
  count(isOff ? "Hors ligne." : "");
};

form?.addEventListener("change", e => {
  const line = e.target.closest("[data-row]");
  if (line && e.target.type === "radio") say(line, e.target.name, e.target.value);
});
form?.addEventListener("submit", e => {
  const line = e.submitter?.name === "undo" && e.submitter.closest("[data-row]");
  if (!line && !mine().length && navigator.onLine && !isOff) return;
  e.preventDefault(); /* what waits on the device leaves first: a page that does not come would hide it */
  if (line) undo(line, e.submitter.value);
  else if (e.submitter?.name === "all") for (const each of form.querySelectorAll("[data-wait]:not(:has(:checked))")) {
    const radio = find("[value=P]", each);
    radio.checked = true;
    say(each, radio.name, "P");
  } else flush();
});
/* A copy, or a page that was left: what waits on the device is shown as it was said. */
const gone = (line, at, who) => {
  line.dataset.gone = "";
  mark(line, `départ à ${at}, ${who}, gardé sur la tablette`);
};
for (const tap of form ? mine() : []) {
  const line = tap.url === here.pathname + here.search && find(`[data-row="${tap.row}"]`, form), said = tap.fields[`e.${tap.row}`];
  const radio = line && find(`[value="${said === "L" ? "P" : said}"]`, line);
  if (radio) radio.checked = true;
  if (line && said === "L") gone(line, tap.fields[`h.${tap.row}`], tap.fields[`w.${tap.row}`]);
}

/* Without a network the page of a child does not open: who leaves is said here, with whom and when. */
const leaving = find("dialog[data-leave]");
form?.addEventListener("click", e => {
  const link = e.target.closest("[data-row] a"), line = link?.closest("[data-row]");
  if (!line || !leaving || (navigator.onLine && !isOff)) return;
  e.preventDefault();
  if ("gone" in line.dataset || find("[value=A]:checked", line)) return tell("Pas de départ à noter : cet enfant n’est pas présent.");
  leaving.dataset.of = line.dataset.row;
  find("[data-name]", leaving).textContent = find("h3", line).textContent;
  find("[data-flags]", leaving).replaceChildren(...[...line.querySelectorAll(".tag")].map(tag => tag.cloneNode(true)));
  leaving.querySelectorAll("input").forEach(input => { input.value = input.type === "time" ? now() : ""; });
  leaving.showModal();
});
find("form", leaving || document)?.addEventListener("submit", e => {
  if (!leaving || !leaving.contains(e.target)) return;
  e.preventDefault();
  if (e.submitter?.value !== "leave") return leaving.close();
  const row = leaving.dataset.of, line = find(`[data-row="${row}"]`, form), [who, at] = ["who", "at"].map(name => e.target.elements[name].value.trim());
  if (!who || !at) return e.target.reportValidity();
  say(line, `e.${row}`, "L", { [`w.${row}`]: who, [`h.${row}`]: at });
  gone(line, at, who);
  leaving.close();
});
/* A long sheet: what one types keeps the names that hold it. */
const plain = text => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
find("[data-narrow]")?.addEventListener("input", e => {
  const wanted = plain(e.target.value.trim());
  const lines = [...form.querySelectorAll("[data-row]")], all = find("[name=all]", form);
  lines.forEach(line => { line.hidden = !plain(find("h3", line).textContent).includes(wanted); });
  find("[data-none]", form).hidden = lines.some(line => !line.hidden);
  if (all) all.hidden = Boolean(wanted); /* « tous » are those that one sees */
});
find("[data-narrow]")?.addEventListener("keydown", e => { if (e.key === "Enter") e.preventDefault(); });
/* What needs the network says so; once it is back and all is sent, a copy gives way to the page. */
document.addEventListener("click", e => {
  if (!e.target.closest("[data-online]") || (navigator.onLine && !isOff)) return;
  e.preventDefault();
  tell("Sans réseau, un enfant ne se cherche pas : notez son nom, ajoutez-le au retour du réseau.");
});
document.addEventListener("submit", e => {
  if (!e.target.matches("[data-lock-now]") || e.defaultPrevented || (navigator.onLine && !isOff)) return;
  e.preventDefault();
  tell("Sans réseau, cette tablette ne se verrouille pas : son code n’y a pas été choisi.");
});
addEventListener("preau:sent", () => { if (!mine().length && find("[data-copy]:not([hidden])")) location.reload(); });
addEventListener("online", () => { if (!mine().length && find("[data-copy]:not([hidden])")) location.reload(); else flush(); });
setInterval(() => { if (mine().length) flush(); }, 15000);
flush();
