"""The guide of a multi-accueil, chapters 3 and 4: a week of hours, a day changed, the answer (A09-26 to 53).

By thumb, by keyboard and without script, each at 360 px; then the director, who proposes other hours.
"""

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.walks.hands import Keyboard, Pointer
from tests.walks.steps import Walk, heading, log_in, look, mail_for, mails_for, no_sideways_scroll

pytestmark = [pytest.mark.browser]

SLUG = "val-fleuri"
PARENT, DIRECTOR = "eglantine.paquerette", "philippine.demoiselle"
QUARTER = 15


@dataclass(frozen=True)
class Way:
    """A way to use the page, and the days that it asks for: no two ways ask for the same."""

    name: str
    monday: str
    first: str  # « 11/01 »
    friday: str
    changed: str  # a day that the structure has accepted


WAYS = (
    Way("pouce", "2027-01-11", "11/01", "15/01", "2026-12-10"),
    Way("clavier", "2027-01-18", "18/01", "22/01", "2026-12-09"),
    Way("sans script", "2027-01-25", "25/01", "29/01", "2026-12-08"),
)


def calendar(walk: Walk) -> str:
    """« Créer les réservations », the child in variable care; return the address of its month."""
    walk.hand.act(tile(walk.page))
    walk.on("Créer les réservations")
    walk.hand.act(care(walk.page))
    walk.on("1 - Ma demande")
    walk.sees("Lucile - Accueil Variable - du 01/09/2026 au")
    return walk.page.url.partition("?")[0]


def tile(page: Page) -> Locator:
    return page.get_by_role("link", name=re.compile(r"^\W*Créer les réservations\W*$")).first


def care(page: Page) -> Locator:
    return page.get_by_role("link", name=re.compile("Ouvrir le calendrier.*Lucile, Accueil Variable"))


def box(page: Page, day: str) -> Locator:
    """What opens the hours of a day, its arrow included."""
    return page.locator(f"#j{day.replace('-', '')} a.slot")


def handle_of(page: Page, name: str) -> Locator:
    return page.get_by_role("slider", name=re.compile(name))


def choose(walk: Walk, way: Way, start: str, end: str) -> None:
    """Set the one range of a day: a handle under the thumb, arrows on the keyboard, two fields without script."""
    page = walk.page
    if way.name == "sans script":
        page.get_by_label("De", exact=True).fill(start)
        page.get_by_label("à", exact=True).fill(end)
        return
    for name, hour in (("Début de la plage 1", start), ("Fin de la plage 1", end)):
        wanted = int(hour[:2]) * 60 + int(hour[3:])
        if way.name == "pouce":
            drag(handle_of(page, name), wanted)
        else:
            press_arrows(walk.hand, handle_of(page, name), wanted)
        expect(handle_of(page, name)).to_have_attribute("aria-valuetext", re.compile(hour.replace(":", r"\sh\s")))
    expect(page.get_by_text(re.compile(rf"Plage sélectionnée\s:\s*{start} - {end}"))).to_be_visible()


def drag(handle: Locator, minutes: int) -> None:
    """Take the handle where it is and let it go at these minutes."""
    handle.scroll_into_view_if_needed()
    area = handle.bounding_box()
    least, most, now = (int(handle.evaluate(f"e => +e.{name}")) for name in ("min", "max", "value"))
    assert area is not None
    thumb = 28  # pixels: the middle of a handle goes from half of it to the other end less half

    def place(at: int) -> float:
        return area["x"] + thumb / 2 + (area["width"] - thumb) * (at - least) / (most - least)

    mouse, y = handle.page.mouse, area["y"] + area["height"] / 2
    mouse.move(place(now), y)
    mouse.down()
    mouse.move(place(minutes), y, steps=4)
    mouse.up()


def press_arrows(hand: Pointer, handle: Locator, minutes: int) -> None:
    hand.reach(handle)  # type: ignore[attr-defined]
    for _ in range(60):
        now = int(handle.input_value())
        if now == minutes:
            return
        handle.page.keyboard.press("ArrowRight" if now < minutes else "ArrowLeft")
    raise AssertionError(f"{minutes} cannot be reached from the keyboard")


def open_day(walk: Walk, day: str, written: str) -> None:
    walk.hand.act(box(walk.page, day))
    title = walk.page.get_by_role("heading", name="Modifier les plages horaires")
    expect(title).to_be_visible()
    expect(walk.page.locator(".who small").filter(has_text=re.compile(written)).first).to_be_visible()
    if walk.is_looked_at:
        look(walk.page, f"{walk.name}-plages")


def keep(walk: Walk) -> None:
    walk.hand.act(walk.page.get_by_role("button", name="valider", exact=True).last)
    heading(walk.page, "1 - Ma demande")


def send(walk: Walk, *words: str) -> int:
    """Step 2, « Valider », and what is answered; return the number of the demarche."""
    walk.hand.follow("Aller à l’étape 2")
    walk.on("2 - Le récapitulatif")
    for each in words:
        walk.sees(each)
    expect(walk.page.get_by_text(re.compile(r"dans un délai de 48\sh")).first).to_be_visible()
    walk.hand.press("Valider")
    walk.on("Nous avons bien enregistré votre demande")
    walk.sees("Déposée")
    return int(re.search(r"Demande n°\s(\d+)", walk.page.get_by_role("main").inner_text())[1])


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_a_week_is_asked_for_then_a_day_changed(demo, open_page, way):
    page = open_page(360, scripts=way.name != "sans script")
    hand = Keyboard(page) if way.name == "clavier" else Pointer(page)
    walk = Walk(hand, f"guide-000-{way.name.replace(' ', '-')}", is_looked_at=way.name != "sans script")
    known = mails_for(open_page(), "Votre demande", PARENT.split(".")[1]).count()
    log_in(page, demo.account(PARENT, SLUG))
    heading(page, "Bonjour")
    month = calendar(walk)
    # Chapter 3: Monday to Friday, 9:30 to 17:30.
    page.goto(f"{month}?debut={way.monday}")
    open_day(walk, way.monday, rf"lundi {int(way.first[:2])} janvier 2027")
    choose(walk, way, "09:30", "17:30")
    for label in ("mardi", "mercredi", "jeudi", "vendredi"):
        hand_tick(
            walk, page.get_by_role("group", name="Mêmes horaires aussi").get_by_label(re.compile(rf"^\W*{label}"))
        )
    keep(walk)
    walk.sees("5 jours modifiés")
    expect(box(page, way.monday)).to_contain_text("09:30-17:30")
    no_sideways_scroll(page)
    number = send(walk, f"{way.first}/2027", f"{way.friday}/2027", "09:30-17:30")
    page.goto(f"{month}?debut={way.monday}")
    expect(page.locator(f"#j{way.monday.replace('-', '')}")).to_contain_text("en attente de réponse")
    # Chapter 4: one day that the structure has accepted is changed in the same grid.
    page.goto(f"{month}?debut={way.changed}")
    open_day(walk, way.changed, "décembre 2026")
    choose(walk, way, "07:30", "18:30" if way.name != "clavier" else "18:00")
    keep(walk)
    walk.sees("1 jour modifié")
    changed = send(walk, "07:30-18:")
    assert changed > number
    if way.name == "pouce":
        mail = mail_for(open_page(), "Votre demande", PARENT.split(".")[1], known=known)
        assert f"n° {number}" in mail.replace("\xa0", " ") or f"n° {changed}" in mail.replace("\xa0", " ")


def hand_tick(walk: Walk, target: Locator) -> None:
    if isinstance(walk.hand, Keyboard):
        walk.hand.reach(target)
        walk.page.keyboard.press("Space")
        expect(target).to_be_checked()
    else:
        target.check()


def test_a_director_proposes_and_the_family_takes(demo, open_page):
    """Each request beside the curve of its day; the family takes what is proposed in one click."""
    desk = open_page(1280)
    log_in(desk, demo.account(DIRECTOR, SLUG))
    desk.get_by_role("navigation").get_by_role("link", name=re.compile("^Crèche")).first.click()
    heading(desk, "Crèche")
    look(desk, "creche-demandes")
    parent = open_page(360)
    log_in(parent, demo.account(PARENT, SLUG))
    heading(parent, "Bonjour")
    tile(parent).click()
    care(parent).click()
    month = parent.url.partition("?")[0]
    parent.goto(f"{month}2027-02-02/")
    parent.get_by_label("De", exact=True).fill("08:00")
    parent.get_by_role("button", name="valider", exact=True).last.click()
    heading(parent, "1 - Ma demande")
    parent.get_by_role("link", name="Aller à l’étape 2").click()
    parent.get_by_role("button", name="Valider").click()
    heading(parent, "Nous avons bien enregistré votre demande")
    number = int(re.search(r"Demande n°\s(\d+)", parent.get_by_role("main").inner_text())[1])
    known = mails_for(open_page(), "Votre demande", PARENT.split(".")[1]).count()

    desk.goto(f"/{SLUG}/agents/creche/demandes/{number}/")
    desk.get_by_label("Proposer d’autres horaires").check()
    desk.get_by_label("De", exact=True).fill("09:00")
    desk.get_by_label("à", exact=True).fill("08:00")
    desk.get_by_role("button", name="Valider et passer à la suivante").click()
    expect(desk.get_by_text("La fin est avant le début").first).to_be_visible()
    look(desk, "creche-demande-erreur")
    desk.get_by_label("à", exact=True).fill("16:00")
    desk.get_by_label("Motif d’un refus, ou mot sur une proposition").fill("L’équipe est réduite le matin")
    desk.get_by_role("button", name="Valider et passer à la suivante").click()
    expect(desk.get_by_text("la réponse est envoyée à la famille")).to_be_visible()

    box = open_page(360)
    mail_for(box, "Votre demande", PARENT.split(".")[1], known=known)
    parent.goto(f"/{SLUG}/famille/demandes/{number}/")
    expect(parent.get_by_text("La structure vous propose d’autres horaires")).to_be_visible()
    expect(parent.get_by_text("L’équipe est réduite le matin").first).to_be_visible()
    look(parent, "creche-proposition")
    parent.get_by_role("button", name="J’accepte ces horaires").click()
    expect(parent.get_by_text("ces horaires sont réservés")).to_be_visible()
    desk.goto(f"/{SLUG}/agents/creche/semaine/?date=2027-02-02")
    heading(desk, "Présences")
    no_sideways_scroll(desk)
