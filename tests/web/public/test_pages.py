"""Pages that anybody may read: the list of towns, the home, news, and what the law asks for."""

from datetime import timedelta

import pytest
from django.test import Client

from preau.domain.catalogue.models import Activity
from preau.domain.documents.models import DocumentType
from preau.domain.organisations.models import Organisation
from preau.domain.publishing.models import NewsItem, Question
from tests.factories.town import TODAY, Town

pytestmark = pytest.mark.django_db
HOME = "/ville-test/"


def text_of(response):
    assert response.status_code == 200
    return response.content.decode()


def write(town, title="La kermesse", days=0, **fields):
    return NewsItem.objects.create(
        organisation_id=town.id, title=title, teaser="Samedi.", published_on=TODAY + timedelta(days=days), **fields
    )


def test_the_list_finds_a_town_without_its_accents(client):
    Town("saint-loubes", name="Mairie de Saint-Loubès", short_name="Saint-Loubès")
    Town("autre")
    html = text_of(client.get("/", {"q": "saint loubes"}))
    assert 'href="/saint-loubes/"' in html
    assert 'href="/autre/"' not in html
    assert "Aucune collectivité ne porte ce nom" in text_of(client.get("/", {"q": "zzz"}))


def test_a_town_that_left_is_not_listed(client, town):
    Town("partie", is_active=False)
    assert "/partie/" not in text_of(client.get("/"))


def test_the_home_says_who_speaks_and_lets_in(client):
    Town(
        "ville-test",
        name="Mairie de Bellerive",
        welcome_strapline="Sans courir.",
        welcome_text="Réservez :\n\n- la cantine\n- le mercredi",
        slogan="Le guichet des familles",
        contact_name="Service Enfance",
        contact_phone="05 36 49 10 20",
        contact_hours="Le matin\nLe soir",
        website="https://bellerive.example/",
    )
    html = text_of(client.get(HOME))
    for words in ("Mairie de Bellerive", "Bienvenue", "Sans courir.", "<li>la cantine</li>", "Le guichet des familles"):
        assert words in html
    for words in ("Mon espace perso", 'action="/ville-test/connexion/"', "Je n’ai pas d’espace", "Le matin<br>Le soir"):
        assert words in html
    assert "Service Enfance, 05 36 49 10 20. Le matin, Le soir" in html
    assert 'href="https://bellerive.example/"' in html


def test_the_home_without_a_website_has_no_link_to_it(client, town):
    assert "Site de la collectivité" not in text_of(client.get(HOME))


def test_the_services_that_run_stand_under_the_arcade(client, town):
    assert 'class="arches"' not in text_of(client.get(HOME))
    town.offer()
    html = text_of(client.get(HOME))
    assert html.count("<span>Accueil périscolaire</span>") == 1
    town.offer()
    assert text_of(client.get(HOME)).count("<span>Accueil périscolaire</span>") == 1


def test_every_kind_of_activity_has_a_drawing():
    from preau.domain.catalogue.enums import ActivityKind
    from preau.web.public.pages.views import SERVICES
    from preau.web.ui.templatetags.ui import DRAWINGS

    assert set(SERVICES) == set(ActivityKind)
    assert {drawing for drawing, _ in SERVICES.values()} <= DRAWINGS


def test_three_news_show_on_the_home_and_all_of_them_on_their_page(client, town):
    for number in range(5):
        write(town, f"Nouvelle {number}", days=-number)
    home = text_of(client.get(HOME))
    assert [f"Nouvelle {n}" in home for n in range(5)] == [True, True, True, False, False]
    assert "Voir toutes les actualités" in home
    assert all(f"Nouvelle {n}" in text_of(client.get(f"{HOME}actualites/")) for n in range(5))


def test_a_town_without_news_says_so(client, town):
    assert "Pas d’actualité pour le moment." in text_of(client.get(HOME))


def test_an_article_is_read_whole_and_cleaned(client, town):
    item = write(town, body="**Venez** <script>alert(1)</script>")
    html = text_of(client.get(f"{HOME}actualites/{item.pk}/"))
    assert "<strong>Venez</strong>" in html
    assert "<script>alert" not in html
    assert "lundi 16 novembre 2026" in html


def test_an_article_of_another_town_is_not_found(client, town, other_town):
    item = write(other_town)
    assert client.get(f"{HOME}actualites/{item.pk}/").status_code == 404
    assert client.get(f"{HOME}actualites/999999999999999999999/").status_code == 404


def test_a_person_already_in_goes_to_her_space(town, awa, login):
    assert login(awa.account).get(HOME).url == "/ville-test/famille/"


def test_the_theme_is_the_colour_of_the_town_and_may_be_kept(client):
    Town("ville-test", brand="#7a1f6b")
    response = client.get(f"{HOME}theme.css")
    assert response["Content-Type"] == "text/css; charset=utf-8"
    assert "--brand:#7a1f6b" in response.content.decode()
    assert "max-age" in response["Cache-Control"]
    assert "theme.css?v=7a1f6b" in text_of(client.get(HOME))


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("accessibilite/", "non conforme"),
        ("accessibilite/", "formulaire.defenseurdesdroits.fr"),
        ("accessibilite/", "enfance@ville.example"),
        ("donnees-personnelles/", "Vos données personnelles"),
        ("mentions-legales/", "AGPL-3.0-or-later"),
        ("plan-du-site/", "/ville-test/mot-de-passe-oublie/"),
    ],
)
def test_what_the_law_asks_for_is_one_click_away(client, town, path, words):
    assert words in text_of(client.get(HOME + path))
    assert f'href="/ville-test/{path}"' in text_of(client.get(HOME))


def test_public_pages_set_no_cookie_but_the_key_of_their_form(client, town):
    assert set(client.get(HOME).cookies) == {"csrf"}
    for path in ("actualites/", "accessibilite/", "plan-du-site/", "theme.css"):
        assert set(Client().get(HOME + path).cookies) == set()


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_public_pages_are_only_read(client, town, method):
    assert getattr(client, method)(f"{HOME}actualites/").status_code in {403, 405}


def test_a_person_held_at_a_forced_step_can_leave(town, awa):
    awa.account.must_change_password = True
    awa.account.save()
    client = Client()
    client.force_login(awa.account)
    assert 'action="/ville-test/deconnexion/"' in text_of(client.get(f"{HOME}identifiants/"))


def test_the_home_reads_few_rows(client, town, django_assert_max_num_queries):
    town.offer()
    for number in range(9):
        write(town, f"Nouvelle {number}")
    with django_assert_max_num_queries(6):
        text_of(client.get(HOME))


def test_the_first_registration_is_announced_with_its_steps_and_papers(client, town, django_assert_max_num_queries):
    """Nobody could know, before beginning, how many steps there are nor which papers to have at hand."""
    town.activity.requires_dossier = True
    town.activity.save()
    town.offer()
    for code, fields in {
        "carnet": {"title": "Carnet de santé", "needs": ["dossier"], "due_month_day": "12-31"},
        "pai": {"title": "PAI signé", "needs": ["pai"]},
        "libre": {"title": "Autre papier"},
        "avant": {"title": "Ancien papier", "needs": ["dossier"], "is_active": False},
    }.items():
        DocumentType.objects.create(organisation_id=town.id, code=code, **fields)
    url = f"{HOME}premiere-inscription/"
    assert f'href="{url}"' in text_of(client.get(HOME))
    with django_assert_max_num_queries(3):
        seen = text_of(client.get(url)).replace("\xa0", " ")
    assert "Le dossier administratif" in seen
    assert "avant le jeudi 31 décembre 2026" in seen
    assert seen.index("Carnet de santé") < seen.index("PAI signé") < seen.index("si l’enfant a un PAI")
    assert "Autre papier" not in seen
    assert "Ancien papier" not in seen
    Activity.objects.update(requires_dossier=False)
    assert "Le dossier administratif" not in text_of(client.get(url))


def test_the_home_answers_the_questions_and_leads_to_a_new_space(client, town):
    assert "h-faq" not in text_of(client.get(HOME))
    Question.objects.create(organisation_id=town.id, text="Comment faire ?", answer="Ouvrez **Profil**.")
    Question.objects.create(organisation_id=Town("voisine").id, text="Ailleurs ?", answer="Non.")
    html = text_of(client.get(HOME))
    assert '<summary lang="fr">Comment faire ?</summary>' in html
    assert "<strong>Profil</strong>" in html
    assert "Ailleurs ?" not in html
    assert 'href="/ville-test/creer-mon-espace/"' in html


def test_the_questions_are_read_once_logged_in_too_and_every_page_leads_to_them(client, login, town, awa):
    page = f"{HOME}questions/"
    assert "Aucune question" in text_of(client.get(page))
    Question.objects.create(organisation_id=town.id, text="Comment faire ?", answer="Ouvrez **Profil**.")
    Question.objects.create(organisation_id=Town("voisine").id, text="Ailleurs ?", answer="Non.")
    for reader in (Client(), login(awa.account), login(town.account("agent.un", role="agent"))):
        html = text_of(reader.get(page))
        assert '<summary lang="fr">Comment faire ?</summary>' in html
        assert "Ailleurs ?" not in html
        assert "Aucune question" not in html
    family = login(awa.account)
    for path in ("famille/", "famille/demarches/", "plan-du-site/", "connexion/"):
        answer = family.get(HOME + path)
        assert answer.status_code == 200, path
        assert f'href="{page}"' in text_of(answer), path
    Organisation.objects.filter(pk=town.id).update(allows_sign_up=False)
    assert "/creer-mon-espace/" not in text_of(client.get(HOME))
