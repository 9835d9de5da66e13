"""What a person does, by roles and labels."""

import re
import time
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.walks.hands import Pointer

AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PASSWORD = re.compile(r"^\W*Mot de passe\W*$")
SHOTS = Path(__file__).resolve().parents[2] / "var" / "walks"


def log_in(page: Page, account: dict[str, str], *, password: str | None = None) -> None:
    page.goto(f"/{account['organisation']}/connexion/")
    page.get_by_label("Identifiant ou courriel").fill(account["login"])
    page.get_by_label(PASSWORD).fill(password or account["password"])
    page.get_by_role("button", name="Connexion").click()
    if "second_factor" in account and not password:
        show_code(page)


def show_code(page: Page) -> None:
    """Give the code that the demo shows for this person. One serves once: after two logins within a minute, wait."""
    for _each in range(7):
        said = page.get_by_text("Démonstration : l’application de cette personne montre").inner_text()
        page.get_by_label("Code à six chiffres, ou code de secours").fill(re.sub(r"\D", "", said))
        page.get_by_role("button", name="Valider").click()
        page.wait_for_load_state()
        if "/connexion/" not in page.url:
            return
        page.wait_for_timeout(10_000)
    raise AssertionError("no code was accepted")


def heading(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile(re.escape(text), re.IGNORECASE))


def mails_for(page: Page, subject: str, to: str) -> Locator:
    """The mails of the demo's mailbox with this subject and addressee, newest first."""
    page.goto("/demo/courriels/")
    return page.get_by_role("listitem").filter(has_text=subject).filter(has_text=to)


def mail_for(page: Page, subject: str, to: str, *, known: int = 0, seconds: int = 30) -> str:
    """Wait for a mail to arrive in the demo's mailbox, open it, and return its text. `known`: how many came before."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        rows = mails_for(page, subject, to)
        if rows.count() > known:
            rows.first.get_by_role("link").click()
            return page.locator(".envpage").inner_text()
        time.sleep(0.4)
    raise AssertionError(f"no mail « {subject} » for {to}")


def accessible(page: Page, *, only: list[str] | None = None) -> None:
    """No violation of WCAG 2.2 AA that axe can see.

    :param only: these rules alone, where the rest of the page was read before.
    """
    run = {"type": "rule", "values": only} if only else {"type": "tag", "values": AXE_TAGS}
    # What passes is not written down: it takes two thirds of the time.
    options: dict[str, Any] = {"runOnly": run, "resultTypes": ["violations"]}
    # What a stuck bar half hides is scrolled clear of it: targets are measured with the bar at rest.
    page.evaluate("document.querySelectorAll('.bar').forEach(bar => { bar.style.position = 'static' })")
    results = Axe().run(page, options=options)
    page.evaluate("document.querySelectorAll('.bar').forEach(bar => { bar.style.position = '' })")
    found = [
        (each["id"], [node["html"][:120] for node in each["nodes"][:3]]) for each in results.response["violations"]
    ]
    assert found == [], f"{page.url}: {found}"


def no_sideways_scroll(page: Page) -> None:
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"], f"{page.url}: {width}"  # type: ignore[index]
    # Nor a title wider than its place, under what stands beside it; nor an answer squeezed to a letter a line.
    wide = page.locator("h1").evaluate_all("all => all.filter(e => e.scrollWidth > e.clientWidth + 1).length")
    thin = page.locator("dd:visible").evaluate_all("all => all.filter(e => e.clientWidth < 56).map(e => e.innerText)")
    assert (wide, thin) == (0, []), page.url


def keep_shot(page: Page, name: str) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}-{page.viewport_size['width']}.png", full_page=True)  # type: ignore[index]


class Walk:
    """One person, screen after screen. Each screen is looked at by axe and photographed the first time it is met."""

    def __init__(self, hand: Pointer, name: str, *, manner: str = "mouse", is_looked_at: bool = True) -> None:
        self.hand, self.page, self.name, self.manner, self.is_looked_at = hand, hand.page, name, manner, is_looked_at
        self.screens: set[str] = set()

    def on(self, title: str) -> None:
        """This is the screen that the guide shows now."""
        heading(self.page, title)
        if self.is_looked_at and title not in self.screens:
            self.screens.add(title)
            look(self.page, f"{self.name}-{len(self.screens):02d}-{slug_of(title)}")

    def sees(self, text: str) -> None:
        expect(self.page.get_by_role("main").get_by_text(text).first).to_be_visible()


def look(page: Page, name: str) -> None:
    accessible(page)
    no_sideways_scroll(page)
    keep_shot(page, name)


def slug_of(text: str) -> str:
    return re.sub(r"\W+", "-", text).strip("-").lower() or "racine"


def open_calendar(page: Page, slug: str, child: str, activity: str) -> None:
    page.goto(f"/{slug}/famille/reservations/")
    page.get_by_role("link", name=re.compile(rf"Ouvrir le calendrier.*{child}, {activity}")).first.click()
    heading(page, "1 - Ma demande")


def free_boxes(page: Page) -> Any:
    """Boxes that are neither booked nor wished."""
    return page.locator("label.u:not([data-s]) input[type=checkbox]:not(:checked)")
