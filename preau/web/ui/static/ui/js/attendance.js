/* Roll call: a choice is kept as soon as it is made; without this file, « Enregistrer » keeps the whole sheet. */
for (const form of document.querySelectorAll("form[data-roll]:not([data-closed])")) {
  const find = (where, what) => where.querySelector(what), said = find(form, "[data-said]");
  const tell = words => { said.textContent = words; said.hidden = !words; };

  const send = async (line, name, value) => {
    const body = new FormData();
    for (const field of ["csrfmiddlewaretoken", "page", "motif"]) if (form.elements[field]) body.set(field, form.elements[field].value);
    body.set(`p.${line.dataset.row}`, form.elements[`p.${line.dataset.row}`].value);
    body.set(name, value);
    line.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(location.href, { method: "POST", body, headers: { "X-Part": "line" }, redirect: "manual" });
      if (!answer.ok && answer.status !== 422) throw new Error(answer.status);
      show(line, new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch {
      /* what the page shows is what the server knows: the choice that was not kept is taken off */
      line.querySelectorAll("input[type=radio]").forEach(radio => { radio.checked = radio.defaultChecked; });
      tell("Pas de réseau : ce pointage n’est pas enregistré. Recommencez dans un instant.");
    }
    line.removeAttribute("aria-busy");
  };

  const show = (line, page) => {
    const why = find(page, "[data-why]"), fresh = find(page, "[data-row]");
    tell(why ? why.textContent : "");
    for (const place of ["[data-counts]", "[data-to-point]"]) {
      const old = find(form, place);
      if (old) old.innerHTML = find(page, place).innerHTML;
    }
    if (why) line.querySelectorAll("input[type=radio]").forEach(radio => { radio.checked = radio.defaultChecked; });
    if (!fresh) return;
    const focused = document.activeElement, had = line.contains(focused), value = focused.value;
    line.replaceWith(fresh);
    if (had) (find(fresh, `[value="${value}"]`) || find(fresh, "input[type=radio]"))?.focus();
  };

  form.addEventListener("change", e => {
    const line = e.target.closest("[data-row]");
    if (line && e.target.type === "radio") send(line, e.target.name, e.target.value);
  });
  form.addEventListener("submit", e => {
    const line = e.submitter?.name === "undo" && e.submitter.closest("[data-row]");
    if (!line) return;
    e.preventDefault();
    send(line, "undo", e.submitter.value);
  });
}
