/* Comfort only: hours are chosen and sent without this file. */
(() => {
  const hm = m => `${String(m / 60 | 0).padStart(2, "0")}:${String(m % 60).padStart(2, "0")}`;
  const minutes = text => { const [h, m] = text.split(":"); return h * 60 + +m; };

  /* two sliders and two time fields tell the same thing */
  const bind = root => {
    root.querySelectorAll("[data-js]").forEach(e => { e.hidden = false; });
    root.querySelectorAll(".range").forEach(box => {
      const [a, b] = box.querySelectorAll("[type=range]"), [from, to] = box.querySelectorAll("[type=time]");
      const track = box.querySelector(".track"), out = box.querySelector("output");
      const paint = () => {
        const part = i => (i.value - a.min) / (a.max - a.min);
        track.style.setProperty("--a", part(a));
        track.style.setProperty("--b", part(b));
        [a, b].forEach(i => i.setAttribute("aria-valuetext", hm(i.value).replace(":", " h ")));
        out.textContent = `${from.value} - ${to.value}`;
      };
      const within = i => { i.value = Math.min(Math.max(i.value, track.dataset.from), track.dataset.to); };
      const slide = e => {
        [a, b].forEach(within);
        if (+a.value >= +b.value) e.target === a ? a.value = b.value - a.step : b.value = +a.value + +a.step;
        from.value = hm(a.value);
        to.value = hm(b.value);
        paint();
      };
      const type = () => {
        if (from.value) a.value = minutes(from.value);
        if (to.value) b.value = minutes(to.value);
        paint();
      };
      [a, b].forEach(i => i.addEventListener("input", slide));
      [from, to].forEach(i => i.addEventListener("input", type));
      type();
    });
  };
  bind(document);
  document.querySelector(`${/^#j\d+$/.test(location.hash) ? location.hash : "#none"} a.slot`)?.focus();

  /* a day opens over its month; what it answers replaces it, or leads back to the month */
  const sheet = document.createElement("dialog");
  sheet.className = "sheet";
  sheet.setAttribute("aria-labelledby", "h-plage");
  document.body.append(sheet);
  const go = href => {
    const to = new URL(href, location.href);
    if (to.pathname + to.search === location.pathname + location.search) location.reload(); else location.assign(to);
  };
  const show = (html, focus) => {
    sheet.innerHTML = html;
    bind(sheet);
    if (!sheet.open) sheet.showModal();
    (focus.map(each => [...sheet.querySelectorAll(each)].pop()).find(Boolean) || sheet.querySelector("#h-plage")).focus();
  };
  document.addEventListener("click", async e => {
    const close = e.target.closest("dialog [data-close]");
    if (close) { e.preventDefault(); sheet.close(); return; }
    const day = e.target.closest("a[data-sheet]");
    if (!day || e.ctrlKey || e.metaKey || e.shiftKey || e.button) return;
    e.preventDefault();
    const asked = new URL(day.href);
    asked.searchParams.set("feuille", "1");
    try {
      const answer = await fetch(asked, { redirect: "manual" });
      if (!answer.ok) throw answer;
      show(await answer.text(), ["#h-plage"]);
    } catch { location.assign(day.href); }
  });
  sheet.addEventListener("submit", async e => {
    e.preventDefault();
    const form = e.target, body = new FormData(form, e.submitter), act = String(body.get("act"));
    try {
      const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" });
      if (answer.status === 204) { go(form.dataset.back); return; }
      if (answer.status !== 200 && answer.status !== 422) throw answer;
      show(await answer.text(), answer.status === 422 ? ["[aria-invalid]"] : act === "plus" ? [".range [name^=d]"] : []);
    } catch { // the session has ended, the day is shut, the network is lost: as without this file, nothing of it forgotten
      form.querySelector("[name=feuille]")?.remove();
      form.insertAdjacentHTML("beforeend", `<input type="hidden" name="act" value="${act}">`);
      form.submit();
    }
  });
})();
