"""« Pointage », on a phone held in one hand: one tap, undo, who collects, a child who was not expected; then the family
reads it. And without script: one button keeps the sheet.
"""

import re

import pytest
from playwright.sync_api import expect

from tests.walks.hands import Pointer
from tests.walks.steps import Walk, heading, log_in, look

pytestmark = [pytest.mark.browser]
KEPT = """caches.open('preau-pointage')
  .then(store => store.match(location.pathname, {ignoreSearch: true})).then(Boolean)"""
PAST = "2026-11-12"  # a day that the demo has pointed


def test_one_hand_points_a_meal(demo, open_page):
    page = open_page(360)
    hand = Pointer(page)
    walk = Walk(hand, "pointage", is_looked_at=True)
    log_in(page, demo.account("goulven.le-drevo", "kerploz"))
    heading(page, "Bonjour")
    hand.act(page.get_by_role("navigation", name="Menu principal").get_by_role("link", name=re.compile("Pointage")))
    walk.on("Pointage")
    hand.act(page.get_by_role("link", name=re.compile("^\\s*Restaurant scolaire, Repas")))
    walk.on("Restaurant scolaire, Repas")
    rows = page.locator("[data-row]")
    first, second = rows.nth(0), rows.nth(1)
    left = int(re.search(r"\d+", page.locator("[data-to-point]").inner_text())[0])
    first.get_by_text("Présent", exact=True).click()
    expect(page.locator("[data-to-point]")).to_contain_text(f"{left - 1} enfants à pointer")
    second.get_by_text("Absent", exact=True).click()
    expect(page.locator("[data-to-point]")).to_contain_text(f"{left - 2} enfants à pointer")
    second.get_by_role("button", name=re.compile("Annuler")).click()
    expect(page.locator("[data-to-point]")).to_contain_text(f"{left - 1} enfants à pointer")
    walk.on("Restaurant scolaire, Repas")
    hand.act(first.get_by_role("link"))
    walk.sees("Qui vient chercher")
    page.locator(".leave .choice").first.click()
    # The demo is of a day, its clock is that of the machine: who arrived a minute ago leaves now, not at lunch time.
    clock = page.get_by_label("Heure de départ").input_value()
    hand.write("Heure de départ", clock)
    hand.press("Confirmer le départ")
    hours, minutes = clock.split(":")
    walk.sees(re.compile(rf"Départ de .* à {int(hours)}\sh\s{minutes}"))
    hand.act(page.get_by_role("link", name=re.compile("Ajouter un enfant")))
    page.get_by_label("Nom de l’enfant").fill("Ledoux")
    hand.press("Chercher")
    walk.on("Ajouter un enfant")


def test_without_network_nothing_is_lost_nor_doubled(demo, open_page):
    """An hour without network, the battery pulled: what was tapped is sent when one comes back, once."""
    page = open_page(1280)
    log_in(page, demo.account("goulven.le-drevo", "kerploz"))
    heading(page, "Bonjour")
    page.goto(page.url.split("/agents")[0] + "/agents/pointage/")
    page.get_by_role("link", name=re.compile("^\\s*Garderie périscolaire")).click()
    address, context = page.url, page.context
    rows = page.locator("[data-row]")
    total = rows.count()
    kept_copy(page)
    context.set_offline(True)
    for turn in range(60):
        word = "Absent" if turn % 7 == 0 else "Présent"
        rows.nth(turn % total).get_by_text(word, exact=True).click()
    expect(page.locator("[data-kept]")).to_contain_text("Hors ligne.")
    waiting = page.evaluate("JSON.parse(localStorage.getItem('preau-taps')).length")
    shown = [row.locator("input:checked").get_attribute("value") for row in rows.all()]
    page.reload()  # from the tablet itself
    expect(page.get_by_text("Sans réseau : cette page est celle de")).to_be_visible()
    assert [row.locator("input:checked").get_attribute("value") for row in rows.all()] == shown
    leaver = shown.index("P")
    rows.nth(leaver).get_by_role("link").click()
    page.get_by_label("Avec qui part l’enfant ?").fill("Rozenn Ferelloc")
    page.get_by_role("button", name="Noter le départ").click()
    page.reload()
    expect(rows.nth(leaver)).to_contain_text("Rozenn Ferelloc, gardé sur la tablette")
    page.goto(address.replace("/pointage/", "/pointage/0-1/"))
    heading(page, "Cette page n’est pas sur la tablette")
    look(page, "pointage-hors-ligne")
    expect(page.get_by_role("link", name=re.compile("^\\s*Garderie périscolaire"))).to_be_visible()
    page.close()
    context.set_offline(False)
    page = context.new_page()
    page.goto(address)
    for _turn in range(100):
        if page.evaluate("JSON.parse(localStorage.getItem('preau-taps')).length") == 0:
            break
        page.wait_for_timeout(300)
    page.reload()
    rows = page.locator("[data-row]")
    assert waiting > total
    assert [row.locator("input:checked").get_attribute("value") for row in rows.all()] == shown
    expect(rows.nth(leaver)).to_contain_text("Rozenn Ferelloc")
    page.get_by_role("button", name="Se déconnecter").click()
    page.wait_for_url(lambda url: "agents" not in url)
    assert page.evaluate("caches.keys()") == []


def kept_copy(page):
    """Wait until the tablet has kept the sheet that it shows."""
    for _turn in range(100):
        kept = page.evaluate(
            "caches.open('preau-pointage').then(s => s.match(location.pathname, {ignoreSearch: true})).then(Boolean)"
        )
        if kept and page.evaluate("Boolean(navigator.serviceWorker.controller)"):
            return
        page.wait_for_timeout(200)
    raise AssertionError("the sheet was not kept")


def test_without_script_one_button_keeps_the_sheet(demo, open_page):
    page = open_page(1280, scripts=False)
    log_in(page, demo.account("goulven.le-drevo", "kerploz"))
    heading(page, "Bonjour")
    page.goto(page.url.split("/agents")[0] + "/agents/pointage/")
    page.get_by_role("link", name=re.compile("^\\s*Restaurant scolaire, Repas")).click()
    waiting = page.locator("[data-row]:not(:has(:checked))")
    waiting.last.get_by_text("Présent", exact=True).click()
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("1 pointage enregistré.")).to_be_visible()


def test_a_family_reads_that_its_child_was_there(demo, open_page):
    page = open_page(360)
    log_in(page, demo.account("salome.rivoire", "saint-loup"))
    heading(page, "Bonjour")
    page.goto(page.url.split("/famille")[0] + f"/famille/?semaine={PAST}")
    expect(page.locator(".sq .vh").filter(has_text="présent").first).to_be_attached()


def test_a_tablet_that_is_put_down_locks_itself_with_or_without_a_network(demo, open_page):
    page = open_page(360)
    hand = Pointer(page)
    walk = Walk(hand, "verrou", is_looked_at=True)
    log_in(page, demo.account("goulven.le-drevo", "kerploz"))
    heading(page, "Bonjour")
    page.goto(page.url.split("/agents")[0] + "/agents/pointage/")
    hand.act(page.get_by_role("link", name="Code de la tablette"))
    walk.on("Code de la tablette")
    hand.write("Code, quatre à six chiffres", "4071")
    hand.write("Le même code", "4071")
    hand.press("Enregistrer mon code")
    page.get_by_role("link", name=re.compile("^\\s*Garderie périscolaire")).click()
    kept_copy(page)
    page.clock.install()
    page.reload()
    page.clock.fast_forward(110_000)
    expect(page.get_by_text("La tablette se verrouille dans quelques secondes.")).to_be_visible()
    page.clock.fast_forward(30_000)
    locked = page.get_by_role("heading", name="Tablette verrouillée")
    expect(locked).to_be_visible()
    look(page, "verrou-feuille")
    page.reload()  # the server keeps it locked
    expect(locked).to_be_visible()
    look(page, "verrou-page")
    page.get_by_label("Votre code").fill("4072")
    page.get_by_role("button", name="Déverrouiller").click()
    expect(page.get_by_text("Ce code n’est pas le vôtre. Essais restants : 4.")).to_be_visible()
    page.get_by_label("Votre code").fill("4071")
    page.get_by_role("button", name="Déverrouiller").click()
    heading(page, "Pointage")
    page.get_by_role("link", name=re.compile("^\\s*Garderie périscolaire")).click()
    kept_copy(page)
    page.context.set_offline(True)
    page.clock.fast_forward(130_000)
    expect(locked).to_be_visible()
    page.reload()
    expect(locked).to_be_visible()
    expect(page.locator("[data-row]")).to_have_count(0)  # nothing of the sheet is behind
    page.get_by_label("Votre code").fill("4071")
    page.get_by_role("button", name="Déverrouiller").click()
    heading(page, "Pointage")
    expect(page.get_by_text("Sans réseau : cette page est celle de")).to_be_visible()


def test_the_copy_of_a_sheet_is_the_latest_whatever_was_shown(demo, open_page):
    """All present at once leads to another address of the same sheet: its copy had kept the sheet as it was before."""
    page = open_page(1280)
    log_in(page, demo.account("goulven.le-drevo", "kerploz"))
    heading(page, "Bonjour")
    page.goto(page.url.split("/agents")[0] + "/agents/pointage/")
    page.get_by_role("link", name=re.compile("^\\s*Restaurant scolaire, Repas")).click()
    address, waited = page.url, page.locator("[data-wait]")
    kept_copy(page)
    assert waited.count() > 0
    page.get_by_role("button", name=re.compile("^Noter")).click()
    expect(waited).to_have_count(0)
    page.wait_for_timeout(1500)  # the copy follows the page
    page.context.set_offline(True)
    page.goto(address)
    expect(page.get_by_text("Sans réseau : cette page est celle de")).to_be_visible()
    expect(waited).to_have_count(0)
