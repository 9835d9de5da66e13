"""What is written in a contract and in its price annex, in French, block by block.

The contract tells nothing of money: it is read by every parent who signs, whatever their home. The price annex tells
the income of the household that pays, and is read by that household alone.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from preau.base.pdf_papers import Block, Paper, facts, heading, items, line, table, words
from preau.domain.contracts.enums import Cycle, TemplateKind, VersionKind
from preau.domain.contracts.queries.quotes import Quote
from preau.domain.contracts.rules.terms import Terms, Week
from preau.domain.pricing.rules.explaining import (
    Step,
    explain_months,
    weeks_words,
)
from preau.kernel.french_dates import WEEKDAYS, day_words, jj_mm_aaaa, month_words, period_words
from preau.kernel.money import NBSP, euros_words, hours_words, minutes_words, rate_words
from preau.kernel.periods import Period
from preau.kernel.time_ranges import Ranges, total_minutes

EIDAS = (
    "La signature en ligne est une signature électronique simple au sens du règlement (UE) n°\u00a0910/2014 (eIDAS). "
    "Elle est prouvée par un dossier\u00a0: qui a signé, quand, par quel moyen, et l’empreinte du document signé."
)
KINDS = {
    TemplateKind.FIXED: "La même semaine toute la durée du contrat",
    TemplateKind.ALTERNATING: "Deux semaines en alternance",
    TemplateKind.VARIABLE: "Un nombre d’heures par mois, les jours étant annoncés avant chaque mois",
    TemplateKind.ANNUALISED: "Un nombre d’heures pour tout le contrat, les jours étant annoncés avant chaque mois",
}


@dataclass(frozen=True, slots=True)
class Heads:
    """Who and where: what a paper says at its top."""

    organisation: str
    site: str
    address: str
    phone: str
    number: int
    rank: int
    kind: str
    child: str
    birth_date: date | None
    activity: str
    parents: tuple[str, ...]
    on: date

    @property
    def title(self) -> str:
        if self.kind == VersionKind.AMENDMENT:
            return f"Avenant n°{NBSP}{self.rank - 1} au contrat d’accueil n°{NBSP}{self.number} - {self.site}"
        return f"Contrat d’accueil n°{NBSP}{self.number} - {self.site}"

    @property
    def issuer(self) -> tuple[str, ...]:
        return tuple(each for each in (self.organisation, self.site, self.address, self.phone) if each)


def contract_paper(*, heads: Heads, quote: Quote, note: str, regulation: str) -> Paper:
    """Return the contract: who, when, which hours, what rules. No price, no income.

    :param regulation: Markdown of the règlement that is annexed; empty: none.
    """
    terms = quote.terms
    said = [
        facts(
            ("Enfant", _child(heads)),
            ("Parents", ", ".join(heads.parents)),
            ("Structure", heads.site),
            ("Accueil", heads.activity),
            ("Période", period_words(terms.period.start, terms.period.last)),
        )
    ]
    if note:
        said.append(words(note))
    said += [heading("Heures réservées"), words(f"{KINDS[terms.kind]}."), *_weeks(terms)]
    said.append(facts(*_hours_facts(quote)))
    said += _settling(quote)
    said += [heading("Congés, absences, fin du contrat"), items(*_rules(quote))]
    said += [heading("Annexe 1. Planning"), words(_planning_words(quote)), _planning(quote)]
    if regulation:
        said += [heading("Annexe 2. Règlement de fonctionnement"), *_regulation(regulation)]
    said += [heading("Signatures"), words(EIDAS)]
    for name in (*heads.parents, f"Pour {heads.site}"):
        said.append(line(f"{name}\u00a0: date, « lu et approuvé », signature"))
    return Paper(heads.title, heads.issuer, _footer(heads), tuple(said))


def price_paper(*, heads: Heads, quote: Quote) -> Paper:
    """Return the price annex: what is paid each month and why, line by line."""
    said = [
        words("Cette annexe est remise au foyer qui paie, et à lui seul\u00a0: elle dit ses ressources."),
        facts(("Enfant", heads.child), ("Participation par mois", explain_months([m.cents for m in quote.months]))),
        heading("Les heures"),
        _steps(quote.hour_steps),
    ]
    for period, _rate, steps in quote.rate_steps:
        said += [heading(f"Le prix d’une heure, {period_words(period.start, period.last)}"), _steps(steps)]
    said += [heading("Mois par mois"), _months(quote)]
    said.append(facts(("Total du contrat", euros_words(quote.total_cents))))
    said += [heading("Ce qui s’ajoute, ce qui se déduit"), items(*_extras(quote))]
    said.append(line("Date et signature du foyer qui paie"))
    return Paper(f"{heads.title}, annexe financière", heads.issuer, _footer(heads), tuple(said))


def _footer(heads: Heads) -> str:
    return f"{heads.title}. Établi le {jj_mm_aaaa(heads.on)}."


def _child(heads: Heads) -> str:
    return f"{heads.child}, naissance le {jj_mm_aaaa(heads.birth_date)}" if heads.birth_date else heads.child


def _weeks(terms: Terms) -> list[Block]:
    if terms.kind is TemplateKind.ALTERNATING:
        names = (
            ("Semaines paires", "Semaines impaires")
            if terms.cycle is Cycle.PARITY
            else ("Première semaine, puis une sur deux", "Deuxième semaine, puis une sur deux")
        )
        return [_week(week, name) for week, name in zip(terms.weeks, names, strict=True)]
    name = "Semaine habituelle, quand aucun planning n’est annoncé" if terms.is_announced else "Jour"
    return [_week(terms.weeks[0], name)]


def _week(week: Week, name: str) -> Block:
    rows = [
        (WEEKDAYS[day].capitalize(), _ranges_words(ranges), minutes_words(total_minutes(ranges)))
        for day, ranges in sorted(week.items())
    ]
    return table((name, "Heures", "Durée"), *rows)


def _ranges_words(ranges: Ranges) -> str:
    """Return hours of a day: « 08:30-17:00 », « 08:30-12:00, 14:00-17:00 »."""
    return ", ".join(each.words() for each in ranges)


def _hours_facts(quote: Quote) -> list[tuple[str, str]]:
    terms = quote.terms
    found = []
    if terms.minutes is not None:
        per = "par mois" if terms.kind is TemplateKind.VARIABLE else "pour tout le contrat"
        found.append(("Heures convenues", f"{minutes_words(terms.minutes)} {per}"))
    else:
        found.append(("Heures d’une semaine", hours_words(quote.weekly_hours)))
        found.append(("Semaines d’accueil", weeks_words(quote.reserved.weeks)))
    found.append(("Heures de chaque mois", hours_words(quote.monthly_hours)))
    found.append(("Jours réservés", str(len(quote.days))))
    return found


def _settling(quote: Quote) -> list[Block]:
    """The days of settling in, with the hours that they really hold: none where the structure is closed."""
    if not quote.terms.settling:
        return []
    held = {day: quote.days.get(day, ()) for day in sorted(quote.terms.settling)}
    rows = [
        (day_words(day).capitalize(), _ranges_words(ranges) or "Sans accueil", minutes_words(total_minutes(ranges)))
        for day, ranges in held.items()
    ]
    told = "Ces heures ne sont pas comprises dans la mensualité\u00a0: elles sont payées à l’heure."
    return [heading("Adaptation"), words(told), table(("Jour", "Heures", "Durée"), *rows)]


def _rules(quote: Quote) -> list[str]:
    terms, settings = quote.terms, quote.settings
    found = [f"Congés du foyer déjà connus\u00a0: {_holidays(terms.holidays)}."]
    if terms.holiday_days:
        found.append(f"Congés à annoncer plus tard\u00a0: {terms.holiday_days} jours.")
    found.append(
        f"Chacun peut mettre fin au contrat avec un préavis de {settings.notice_months} mois."
        if settings.notice_months
        else "Chacun peut mettre fin au contrat sans préavis."
    )
    if terms.is_announced:
        found.append(
            f"Le planning d’un mois est annoncé au plus tard le {settings.announce_day} du mois d’avant. "
            "Sans annonce, la semaine habituelle s’applique."
        )
    found.append(
        "Rien n’est dû, dès le premier jour, quand la structure ferme, quand l’enfant est hospitalisé ou quand le "
        "médecin de la structure l’écarte. Malade plus de trois jours, sur certificat\u00a0: le premier jour et les "
        "deux jours de calendrier qui suivent restent dus, les suivants sont déduits."
    )
    found.append("Une modification durable des heures donne lieu à un avenant, signé comme ce contrat.")
    return found


def _holidays(holidays: Iterable[Period]) -> str:
    return "\u00a0; ".join(period_words(each.start, each.last) for each in holidays) or "aucun"


def _planning_words(quote: Quote) -> str:
    told = "Jours de fermeture de la structure et congés du foyer déjà retirés."
    if quote.terms.is_announced:
        return f"{told} Il s’agit du planning qui s’applique quand rien n’est annoncé."
    return told


def _planning(quote: Quote) -> Block:
    by_month: dict[date, list[tuple[date, Ranges]]] = {}
    for day, ranges in sorted(quote.days.items()):
        by_month.setdefault(day.replace(day=1), []).append((day, ranges))
    rows = [
        (
            month_words(month).capitalize(),
            ", ".join(str(day.day) for day, _ranges in days),
            minutes_words(sum(total_minutes(ranges) for _day, ranges in days)),
        )
        for month, days in by_month.items()
    ]
    return table(("Mois", "Jours d’accueil", "Heures"), *rows)


def _regulation(markdown: str) -> list[Block]:
    """The règlement as plain blocks: its titles, its lists, its paragraphs."""
    found: list[Block] = []
    for part in markdown.replace("\r\n", "\n").split("\n\n"):
        lines = [each.strip() for each in part.strip().split("\n") if each.strip()]
        if not lines:
            continue
        if lines[0].startswith("#"):
            found.append(heading(lines[0].lstrip("# ")))
            lines = lines[1:]
        bullets = [each[2:] for each in lines if each[:2] in ("- ", "* ")]
        if bullets and len(bullets) == len(lines):
            found.append(items(*bullets))
        elif lines:
            found.append(words(" ".join(lines)))
    return found


def _steps(steps: Sequence[Step]) -> Block:
    return table(("", "Calcul", "Résultat"), *((each.name, each.reckoning, each.result) for each in steps))


def _months(quote: Quote) -> Block:
    rows: list[tuple[str, ...]] = []
    if quote.settling_minutes:
        rate = quote.rates[0][1].euros
        rows.append(
            ("Adaptation", minutes_words(quote.settling_minutes), rate_words(rate), euros_words(quote.settling_cents))
        )
    for month in quote.months:
        name = month_words(month.first).capitalize()
        if not month.lines:
            rows.append((name, f"0{NBSP}h", "", euros_words(0)))
        for each in month.lines:
            what = f"{name}, régularisation" if each.is_adjustment else name
            rows.append((what, hours_words(each.hours), rate_words(each.rate.euros), euros_words(each.cents)))
    return table(("Mois", "Heures", "Prix d’une heure", "Montant"), *rows)


def _extras(quote: Quote) -> list[str]:
    tolerance = f", au-delà de {quote.settings.tolerance} minutes" if quote.settings.tolerance else ""
    return [
        f"Heures faites en plus de celles qui sont réservées{tolerance}\u00a0: toute demi-heure commencée est due, au "
        "prix d’une heure ci-dessus.",
        "Partir plus tôt ne change rien au prix\u00a0: les heures réservées sont dues.",
        "Déductions\u00a0: celles du contrat, au prix d’une heure ci-dessus.",
        "Le prix d’une heure est revu chaque 1er janvier, à chaque changement du barème de la Caf, et quand les "
        "ressources ou le nombre d’enfants du foyer changent.",
        "À la fin du contrat, les heures payées et les heures réservées sont comparées\u00a0: la différence est "
        "demandée ou rendue.",
    ]


def evidence_paper(
    *, heads: Heads, lines: Sequence[tuple[str, Sequence[tuple[str, str]]]], files: Sequence[tuple[str, str]]
) -> Paper:
    """Return the evidence file: for each signature what proves it, and the prints of the files signed."""
    said = [
        words(
            "Ce dossier prouve les signatures du contrat. L’empreinte (SHA-256) d’un document est celle du fichier "
            "présenté à la signature\u00a0: le fichier scellé commence par ce fichier, octet pour octet."
        ),
        heading("Documents signés"),
        facts(*files),
    ]
    for name, rows in lines:
        said += [heading(name), facts(*rows)]
    said.append(words(EIDAS))
    return Paper(f"{heads.title}, dossier de preuve", heads.issuer, _footer(heads), tuple(said))
