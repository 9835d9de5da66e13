"""What a phone downloads to see a page for the first time: bytes on the wire and requests, in Chromium."""

from collections.abc import Iterable
from typing import Any

from playwright.sync_api import sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def first_views(base: str, pages: Iterable[tuple[str, str, str]]) -> list[dict[str, Any]]:
    """Open each page (name, path, cookie of a session or "") in a fresh browser profile, and weigh it."""
    found = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for name, path, session in pages:
            context = browser.new_context(viewport={"width": 360, "height": 740}, locale="fr-FR")
            if session:
                context.add_cookies([{"name": "session", "value": session, "url": base}])
            found.append({"page": name, **_weigh(context, base + path)})
            context.close()
        browser.close()
    return found


def _weigh(context: Any, address: str) -> dict[str, Any]:
    page = context.new_page()
    protocol = context.new_cdp_session(page)
    protocol.send("Network.enable")
    kinds: dict[str, str] = {}
    weights: dict[str, float] = {}
    protocol.on("Network.responseReceived", lambda event: kinds.update({event["requestId"]: event["type"]}))
    protocol.on(
        "Network.loadingFinished", lambda event: weights.update({event["requestId"]: event["encodedDataLength"]})
    )
    page.goto(address, wait_until="networkidle")
    by_kind: dict[str, int] = {}
    for request, weight in weights.items():
        kind = kinds.get(request, "Other")
        by_kind[kind] = by_kind.get(kind, 0) + int(weight)
    return {"requests": len(weights), "bytes": sum(by_kind.values()), "by_kind": by_kind}
