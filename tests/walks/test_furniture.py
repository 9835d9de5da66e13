"""The furniture of the screens, each piece with short, long, empty and wrong content; and the bar of real pages."""

import pytest

from tests.walks.steps import accessible, heading, log_in, look, no_sideways_scroll

pytestmark = [pytest.mark.browser]

TALLEST_STEPS = 48  # pixels: one line
TALLEST_BAR = 69
UNCOVERED = """() => {
  const wanted = document.querySelector('.bar .btn.go'), box = wanted.getBoundingClientRect();
  const met = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return wanted.contains(met);
}"""


def heights(page, selector: str) -> list[float]:
    return page.locator(selector).evaluate_all("all => all.map(each => each.getBoundingClientRect().height)")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 360, 1280])
def test_the_gallery_holds_at_every_width(demo, open_page, width, scheme):
    page = open_page(width)
    page.emulate_media(color_scheme=scheme)
    page.goto("/demo/galerie/")
    heading(page, "Composants")
    accessible(page)
    no_sideways_scroll(page)
    assert max(heights(page, ".steps")) <= TALLEST_STEPS
    assert min(heights(page, ".fold > summary")) >= 44
    # Seven arches stand on one ground line, and the child shown is in sight.
    feet = page.locator(".yard .kid").evaluate_all("all => all.map(each => each.getBoundingClientRect().bottom)")
    assert max(feet) - min(feet) < 1
    assert page.locator(".kids [aria-current]").evaluate(
        "one => { const a = one.getBoundingClientRect(), b = one.parentElement.getBoundingClientRect();"
        " return a.left >= b.left - 4 && a.right <= b.right + 4 }"
    )


def test_what_is_folded_is_open_on_paper(demo, open_page):
    page = open_page(1280)
    page.goto("/demo/galerie/")
    page.emulate_media(media="print")
    assert min(heights(page, "details.fold > p")) > 0
    assert page.locator(".bar").is_hidden()


@pytest.mark.parametrize("width", [360, 1280])
def test_the_button_of_a_bar_is_never_covered(demo, open_page, width):
    page = open_page(width)
    account = demo.account("nadia.ferrand")
    log_in(page, account)
    heading(page, "Bonjour")
    page.goto("/saint-loup/famille/demarches/demenagement/")
    for name in ("demenagement", "demenagement-fin"):
        assert page.evaluate(UNCOVERED), name
        look(page, f"barre-{name}")
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
    assert page.locator(".dock").is_hidden()
    if width == 360:
        assert heights(page, ".bar")[0] <= TALLEST_BAR
    assert (
        max(page.locator("main input[type=text]").evaluate_all("all => all.map(each => each.offsetWidth)")) <= 34 * 16
    )
