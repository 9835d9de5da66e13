"""Two ways to use a page, the same words: a pointer (mouse or thumb), or the keyboard alone."""

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

MAX_TABS = 300
FOCUS_IS_SEEN = """e => {
  const drawn = n => { const s = getComputedStyle(n);
    return (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== 'none'; };
  const near = [e, e.nextElementSibling, e.closest('label'), e.closest('.choice')];
  return near.some(n => n && drawn(n));
}"""


def words_of(label: str) -> str:
    """A label as an expression: a space may be one that does not break."""
    return re.escape(label).replace(r"\ ", r"\s")


def named(label: str) -> re.Pattern[str]:
    """The whole label, whatever says that the answer is compulsory or not."""
    return re.compile(rf"^\W*{words_of(label)}\W*(\(facultatif\))?\W*$")


def starting(name: str) -> re.Pattern[str]:
    """What is read on a link or a button; a screen reader may hear more after it."""
    return re.compile(rf"^\W*{words_of(name)}")


class Pointer:
    """A mouse on a desk, a thumb on a phone."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def field(self, label: str) -> Locator:
        return self.page.get_by_role("main").get_by_label(named(label))

    def choice(self, question: str, answer: str) -> Locator:
        return self.page.get_by_role("group", name=named(question)).get_by_label(named(answer))

    def write(self, label: str, text: str) -> None:
        self.field(label).fill(text)

    def pick(self, label: str, option: str) -> None:
        self.field(label).select_option(label=option)

    def tick(self, label: str) -> None:
        self.field(label).check()

    def answer(self, question: str, answer: str) -> None:
        self.choice(question, answer).check()

    def attach(self, label: str, path: Path) -> None:
        self.field(label).set_input_files(path)

    def act(self, target: Locator) -> None:
        """Press a button, follow a link, open a fold."""
        target.click()

    def press(self, name: str) -> None:
        self.act(self.page.get_by_role("button", name=starting(name)).first)

    def follow(self, name: str) -> None:
        self.act(self.page.get_by_role("link", name=starting(name)).first)

    def read_to_the_end(self, region: Locator) -> None:
        region.evaluate("box => box.scrollTo(0, box.scrollHeight)")


class Keyboard(Pointer):
    """Tab, Space, Enter and arrows. What has the focus must be seen to have it."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self.file = Path()
        # From the start: a listener that comes with the key press may come after the window it waits for.
        page.on("filechooser", lambda window: window.set_files(self.file))

    def reach(self, target: Locator) -> None:
        """Move with Tab until the focus is on the target."""
        expect(target).to_be_visible()
        for _ in range(MAX_TABS):
            if target.evaluate("e => e === document.activeElement"):
                assert target.evaluate(FOCUS_IS_SEEN), f"the focus is not seen on {target} of {self.page.url}"
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{target} cannot be reached by Tab on {self.page.url}")

    def write(self, label: str, text: str) -> None:
        field = self.field(label)
        self.reach(field)
        if field.get_attribute("type") == "date":
            self._write_day(field, text)
        else:
            self.page.keyboard.press("Control+A")
            self.page.keyboard.type(text)
        expect(field).to_have_value(text)

    def _write_day(self, field: Locator, text: str) -> None:
        """Day first in a French browser, month first in one that only speaks American."""
        year, month, day = text.split("-")
        self.page.keyboard.type(f"{day}{month}{year}")
        if field.input_value() != text:
            self.page.keyboard.press("ArrowLeft")
            self.page.keyboard.press("ArrowLeft")
            self.page.keyboard.type(f"{month}{day}{year}")

    def pick(self, label: str, option: str) -> None:
        field = self.field(label)
        self.reach(field)
        for _ in range(field.evaluate("e => e.options.length")):
            if self._picked(field) == option:
                return
            self.page.keyboard.press("ArrowDown")
        assert self._picked(field) == option

    def _picked(self, field: Locator) -> Any:
        return field.evaluate("e => e.selectedOptions[0].label")

    def tick(self, label: str) -> None:
        self._set(self.field(label))

    def answer(self, question: str, answer: str) -> None:
        self._set(self.choice(question, answer))

    def _set(self, box: Locator) -> None:
        if box.get_attribute("type") == "radio":
            self._into_group(box)
        else:
            self.reach(box)
            if not box.is_checked():
                self.page.keyboard.press("Space")
        expect(box).to_be_checked()

    def _into_group(self, box: Locator) -> None:
        """Tab stops once in a group of radios; the arrows move and choose."""
        in_group = "e => { const a = document.activeElement; return a.type === 'radio' && a.name === e.name }"
        for _ in range(MAX_TABS):
            if box.evaluate(in_group):
                break
            self.page.keyboard.press("Tab")
        self.page.keyboard.press("Space")
        for _ in range(box.evaluate("e => e.form.elements[e.name].length || 1")):
            if box.is_checked():
                return
            self.page.keyboard.press("ArrowDown")

    def attach(self, label: str, path: Path) -> None:
        field = self.field(label)
        self.reach(field)
        self.file = path
        self.page.keyboard.press("Enter")
        expect(field).to_have_value(re.compile(re.escape(path.name)))

    def act(self, target: Locator) -> None:
        self.reach(target)
        self.page.keyboard.press("Enter")

    def read_to_the_end(self, region: Locator) -> None:
        self.reach(region)
        self.page.keyboard.press("End")
