/* Comfort only: every page works without this file. */
const $ = (s, r = document) => r.querySelector(s), $$ = (s, r = document) => [...r.querySelectorAll(s)];
const plural = (n, word) => `${n} ${word}${n > 1 ? "s" : ""}`;

/* booking form: live count of the changes */
$$("form[data-count]").forEach(form => {
  const was = i => { const s = i.closest(".u").dataset.s; return s === "add" ? false : s === "del" ? true : i.defaultChecked; };
  const kept = JSON.parse(form.dataset.kept || "[0,0]");
  const update = () => {
    let [add, del] = kept;
    $$(".u input", form).forEach(i => { if (i.checked !== was(i)) i.checked ? add++ : del++; });
    const n = add + del, said = [add && plural(add, "ajout"), del && plural(del, "retrait")].filter(Boolean).join(", ");
    $("[data-out=count]", form).textContent = n ? plural(n, "modification") : "Aucune modification";
    $("[data-out=detail]", form).textContent = said;
  };
  form.addEventListener("change", update);
  update();
  /* a whole row at once, without asking the server */
  form.addEventListener("click", e => {
    const button = e.target.closest("[data-row]");
    if (!button) return;
    e.preventDefault();
    const boxes = $$(".u input", button.closest("tr")), on = boxes.some(i => !i.checked);
    boxes.forEach(i => { i.checked = on; });
    form.dispatchEvent(new Event("input", { bubbles: true }));
    update();
  });
});

/* going elsewhere keeps what was ticked (data-save), or asks first (data-leave); sending is never asked about */
$$("form[data-save],form[data-leave]").forEach(form => {
  let changed = false, soon;
  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", () => { changed = false; clearTimeout(soon); });
  if ("leave" in form.dataset) addEventListener("beforeunload", e => { if (changed) e.preventDefault(); });
  if (!("save" in form.dataset)) return;
  /* what was sent is what the page now shows: what is unticked later is a change of its own */
  const shown = on => $$("[name=seen]", form).forEach(field => {
    field.value = field.value.replace(/([\d-]+):[01]/g, (_all, box) => `${box}:${on.has(box) ? 1 : 0}`);
  });
  const save = async act => {
    if (!changed) return;
    const body = new FormData(form);
    body.set("act", act);
    changed = false;
    const sent = fetch(form.action, { method: "POST", body, keepalive: true, redirect: "manual" });
    if (act === "save") return;
    try { if ((await sent).status === 204) shown(new Set(body.getAll("u"))); else changed = true; } catch { changed = true; }
  };
  if ("keep" in form.dataset) form.addEventListener("input", () => { clearTimeout(soon); soon = setTimeout(save, 1500, "keep"); });
  addEventListener("pagehide", () => { clearTimeout(soon); save("save"); });
});
for (const list of [".kids", ".tools .seg", ".rail"]) $(`${list} [aria-current]`)?.scrollIntoView({ block: "nearest", inline: "center" });

/* password rule: each line says if it is met */
$$("input[data-rules]").forEach(input => {
  const lines = $$("[data-rule]", document.getElementById(input.dataset.rules));
  const bits = v => v.length * Math.log2((/[a-z]/.test(v) && 26) + (/[A-Z]/.test(v) && 26) + (/[0-9]/.test(v) && 10) + (/[^a-zA-Z0-9]/.test(v) && 33) || 1);
  const tests = { length: v => v.length >= 12, bits: v => v.length >= 12 && bits(v) >= 50 };
  const update = () => lines.forEach(li => {
    const ok = tests[li.dataset.rule](input.value);
    li.toggleAttribute("data-ok", ok);
    $("[data-say]", li).textContent = ok ? " : règle remplie" : " : à remplir";
  });
  input.addEventListener("input", update);
  update();
});
$$("[data-js]").forEach(e => { e.hidden = false; });
$$("[data-show]").forEach(box => box.addEventListener("change", () =>
  box.dataset.show.split(" ").forEach(id => { document.getElementById(id).type = box.checked ? "text" : "password"; })));

/* long text: the button wakes once the end has been seen */
$$("[data-read]").forEach(text => {
  const button = document.getElementById(text.dataset.read), end = $("[data-end]", text), hint = document.getElementById(text.dataset.hint);
  if (!button || !end) return;
  button.disabled = true;
  if (hint) hint.hidden = false;
  new IntersectionObserver(([e], watcher) => {
    if (!e.isIntersecting) return;
    button.disabled = false;
    if (hint) hint.hidden = true;
    watcher.disconnect();
  }, { root: text }).observe(end);
});

/* a form is sent once */
$$("form[data-once]").forEach(form => form.addEventListener("submit", () => setTimeout(() =>
  $$("button", form).forEach(b => { b.disabled = true; }))));
addEventListener("pageshow", e => { if (e.persisted) $$("form[data-once] button").forEach(b => { b.disabled = false; }); });

/* print button: without script, the browser's own menu does it */
/* a passkey is made or shown by the browser; without one, the other way stays */
$$("form[data-passkey]").forEach(form => {
  const key = window.PublicKeyCredential;
  if (!key?.parseRequestOptionsFromJSON) return;
  form.hidden = false;
  form.addEventListener("submit", async e => {
    e.preventDefault();
    const { publicKey } = JSON.parse(form.dataset.question);
    try {
      const made = form.dataset.passkey === "create"
        ? await navigator.credentials.create({ publicKey: key.parseCreationOptionsFromJSON(publicKey) })
        : await navigator.credentials.get({ publicKey: key.parseRequestOptionsFromJSON(publicKey) });
      form.elements.credential.value = JSON.stringify(made);
      form.submit();
    } catch {
      $("[data-said]", form).textContent = "Le navigateur n’a pas donné de clé. Recommencez, ou choisissez un code.";
    }
  });
});
$$("[data-print]").forEach(b => b.addEventListener("click", () => print()));
$$("select[data-go]").forEach(s => s.addEventListener("change", () => s.form.requestSubmit()));

/* wide menu: one list at a time; Escape, or going elsewhere, closes it */
$$(".drops details").forEach((menu, _, all) => {
  menu.addEventListener("toggle", () => { if (menu.open) all.forEach(m => { if (m !== menu) m.open = false; }); });
  menu.addEventListener("keydown", e => { if (e.key === "Escape" && menu.open) { menu.open = false; $("summary", menu).focus(); } });
  document.addEventListener("click", e => { if (!menu.contains(e.target)) menu.open = false; });
  menu.addEventListener("focusout", e => { if (e.relatedTarget && !menu.contains(e.relatedTarget)) menu.open = false; });
});

/* a sentence ready made goes into the text, where it can be changed; without script it is added at sending */
$$("select[data-insert]").forEach(s => s.addEventListener("change", () => {
  const text = document.getElementById(s.dataset.insert), words = s.selectedOptions[0].dataset.text;
  if (!words) return;
  text.value = text.value ? `${text.value}\n\n${words}` : words;
  s.value = "";
}));

/* from one document to the next: the fold opens, its title takes the focus */
$$("a[data-opens]").forEach(a => a.addEventListener("click", e => {
  const fold = $(a.hash)?.closest("details"), title = fold && $("summary", fold);
  if (!title) return;
  e.preventDefault();
  fold.open = true;
  title.focus();
  title.scrollIntoView({ block: "start" });
}));

/* the sheets that « Pointage » keeps on a device leave with who logs out; what was tapped and not sent waits. A device that is
   locked stays so until one logs in */
const forget = name => self.caches?.delete(name), exits = $$("form[action$='/deconnexion/']");
exits.forEach(form => form.addEventListener("submit", () => forget("preau-pointage")));
if (!exits.length && $("[autocomplete=current-password]")) ["preau-pointage", "preau-verrou"].forEach(forget);

/* a code that is chosen here opens this device without a network too: a key derived from it is kept (lock.js) */
$$("form[data-choose]").forEach(form => form.addEventListener("submit", async e => {
  if (!self.crypto?.subtle || "derived" in form.dataset) return;
  e.preventDefault();
  form.dataset.derived = "";
  const salt = crypto.getRandomValues(new Uint8Array(16)), text = bits => [...new Uint8Array(bits)].map(n => n.toString(16).padStart(2, "0")).join("");
  const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(form.elements.code.value), "PBKDF2", false, ["deriveBits"]);
  const bits = await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations: 200000 }, key, 256);
  try { localStorage.setItem("preau-code", JSON.stringify({ who: form.dataset.choose, salt: text(salt), key: text(bits), wrong: 0 })); } catch { /* with a network only */ }
  form.requestSubmit();
}));

/* a tablet that locks itself counts the gestures of all its pages (lock.js) */
try {
  if (localStorage.getItem("preau-gesture")) for (const what of ["pointerdown", "keydown", "scroll", "touchstart"]) addEventListener(what, () => {
    if (Date.now() - localStorage.getItem("preau-gesture") > 2000) localStorage.setItem("preau-gesture", Date.now());
  }, { passive: true, capture: true });
} catch { /* a browser that keeps nothing */ }

/* single-key shortcuts: off until asked for (WCAG 2.1.4), never while one types */
$$("input[data-keys]").forEach(box => {
  const name = `preau-keys-${box.dataset.keys}`;
  box.checked = localStorage.getItem(name) === "1";
  box.addEventListener("change", () => localStorage.setItem(name, box.checked ? "1" : "0"));
  addEventListener("keydown", e => {
    if (!box.checked || e.ctrlKey || e.altKey || e.metaKey || e.target.closest("textarea,select,input:not([type=radio],[type=checkbox])")) return;
    const to = /^[a-z]$/.test(e.key) && $$(`[data-key=${e.key}]`).find(x => !x.checkVisibility || x.checkVisibility());
    if (!to) return;
    e.preventDefault();
    to.focus();
    if (to.matches("a,button,[type=radio]")) to.click();
  });
});
