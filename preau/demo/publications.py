"""« Édition de documents » in the demo: real, tagged PDFs, the same kinds in every town."""

from datetime import timedelta

from preau.base import pdf_papers
from preau.base.pdf_papers import Block, Paper
from preau.base.uploads import CleanFile
from preau.demo.builder import Builder
from preau.domain.documents.enums import Category
from preau.domain.documents.operations.publishing import publish

DAYS_AGO = 120
RULES = (
    pdf_papers.heading("Article 1. Qui peut venir"),
    pdf_papers.words("Les enfants inscrits, dont le dossier de l’année est complet."),
    pdf_papers.heading("Article 2. Réserver et annuler"),
    pdf_papers.words("Les réservations et les annulations se font sur le portail, dans les délais de chaque activité."),
    pdf_papers.heading("Article 3. Santé"),
    pdf_papers.items(
        "Un enfant malade reste chez lui.",
        "Un médicament se donne sur ordonnance seulement.",
        "Une allergie demande un projet d’accueil individualisé (PAI).",
    ),
    pdf_papers.heading("Article 4. Départ"),
    pdf_papers.words("L’enfant part avec ses parents, ou avec une personne inscrite dans son dossier."),
)
FORM = (
    pdf_papers.words("Je, soussigné, autorise mon enfant à partir seul à la fin de l’accueil."),
    pdf_papers.line("Nom et prénom du parent"),
    pdf_papers.line("Nom et prénom de l’enfant"),
    pdf_papers.line("Jours et heures"),
    pdf_papers.line("Date et signature"),
)
FLYER = (
    pdf_papers.words("Les dates à garder sur le réfrigérateur."),
    pdf_papers.table(
        ("Quand", "Quoi"),
        ("En mai", "Les familles complètent le dossier de la rentrée."),
        ("En juin", "Les inscriptions ouvrent."),
        ("Fin août", "Les premières réservations ouvrent."),
        ("Deux semaines avant", "Les réservations de chaque période de vacances ferment."),
    ),
)
# title, category, public, blocks
GIVEN: tuple[tuple[str, Category, bool, tuple[Block, ...]], ...] = (
    ("Règlement intérieur des accueils", Category.RULES, True, RULES),
    ("Autorisation de partir seul", Category.FORM, True, FORM),
    ("Calendrier de l’année", Category.FLYER, True, FLYER),
    ("Fiche d’une sortie à la journée", Category.FORM, False, FORM[1:]),
)


def publish_documents(builder: Builder) -> None:
    """Give the documents of a town; its règlement has a version of the year before."""
    for place, (title, category, is_public, blocks) in enumerate(GIVEN):
        versions = 2 if category == Category.RULES else 1
        for version in range(versions):
            now = builder.now - timedelta(days=DAYS_AGO + 365 * (versions - 1 - version))
            issuer = (builder.organisation.name, *builder.organisation.contact_address.split("\n"))
            content = pdf_papers.pdf(paper=Paper(title, issuer, "Document de démonstration", blocks), now=now)
            publish(
                actor=builder.actor,
                code=f"document-{place + 1}",
                title=title,
                category=category,
                year_label=builder.year.label,
                is_public=is_public,
                position=place,
                file=CleanFile(content, "application/pdf", "pdf", 1),  # our own: its tags are kept
                name=f"{title}.pdf",
                now=now,
            )
