"""The addresses of the product, found by following the links of the demo: a page added tomorrow is walked too."""

import html
import re
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urljoin

from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve
from playwright.sync_api import Page

from tests.walks.steps import log_in

URLS = "preau.config.urls"
LINK = re.compile(r'(?:href|action|src)="([^"#]+)')
TRIES = 4  # addresses of one page that answer something else than a page


@dataclass
class Met:
    """What one account meets: an address for each page, and the names that are only sent to, or that are files."""

    account: dict[str, str]
    pages: dict[str, str] = field(default_factory=dict)
    others: set[str] = field(default_factory=set)

    @property
    def names(self) -> set[str]:
        return {page.partition(" ")[0] for page in self.pages} | self.others


def routes_of(audience: str) -> dict[str, str]:
    """Every name of an audience in the URL conf, with its route."""
    found: dict[str, str] = {}

    def gather(patterns: Any, route: str, inside: str) -> None:
        for each in patterns:
            here = f"{route}{each.pattern}"
            if isinstance(each, URLResolver):
                gather(each.url_patterns, here, each.namespace or inside)
            elif isinstance(each, URLPattern) and inside == audience:
                found[f"{inside}:{each.name}"] = here

    gather(get_resolver(URLS).url_patterns, "", "")
    return found


def page_of(address: str) -> str:
    """What makes a page different from another: its name, and the words of its address, not the numbers."""
    path, _, query = address.partition("?")
    try:
        match = resolve(path, URLS)
    except Resolver404:
        return ""
    words = {name: text for name, text in match.kwargs.items() if isinstance(text, str) and name != "slug"}
    words.update(parse_qsl(query))
    said = [f"{name}={text}" for name, text in words.items() if not re.search(r"\d", text)]
    return " ".join([match.view_name, *said])


def crawl(page: Page, account: dict[str, str], audience: str) -> Met:
    """Log in and follow links, to one address of each page; read as text, without drawing anything."""
    log_in(page, account)
    page.wait_for_url(lambda url: "/connexion/" not in url)
    met, tries = Met(account), Counter[str]()
    start = page.evaluate("location.pathname")
    waiting, seen = deque([start]), {start}
    while waiting:
        address = waiting.popleft()
        here = page_of(address)
        if here in met.pages or tries[here] == TRIES:
            continue
        answer = page.context.request.get(address, max_redirects=0)
        if answer.status != 200 or "text/html" not in answer.headers["content-type"]:
            tries[here] += 1
            met.others.add(here.partition(" ")[0])
            continue
        met.pages[here] = address
        links = [urljoin(address, html.unescape(each)) for each in LINK.findall(answer.text())]
        new = [each for each in dict.fromkeys(links) if each not in seen and page_of(each).startswith(f"{audience}:")]
        seen.update(new)
        waiting.extend(new)
    return met


def survey(
    open_page: Callable[[], Page], accounts: Iterable[dict[str, str]], audience: str, *, elsewhere: Iterable[str] = ()
) -> list[Met]:
    """Crawl account after account until every name of the audience is met, but those walked elsewhere.

    :raises AssertionError: no link and no form of the demo leads to a page of the URL conf.
    """
    routes, found, known = routes_of(audience), [], set[str]()
    lost = set(routes) - set(elsewhere)
    for account in accounts:
        page = open_page()
        met = crawl(page, account, audience)
        new = Met(account, {page: address for page, address in met.pages.items() if page not in known})
        known.update(new.pages)
        lost -= met.names
        lost = {name for name in lost if not is_only_sent_to(page, account["organisation"], routes[name])}
        page.context.close()
        if new.pages:
            found.append(new)
        if not lost:
            return found
    raise AssertionError(f"no link of the demo leads to {sorted(lost)}")


def is_only_sent_to(page: Page, slug: str, route: str) -> bool:
    """Tell whether a route answers to POST alone: it says so before it looks for anything."""
    filled = re.sub(r"<int:\w+>", "1", route.replace("<slug:slug>", slug))
    answer = page.context.request.get("/" + re.sub(r"<\w+:\w+>", "x", filled), max_redirects=0)
    return answer.status == 405
