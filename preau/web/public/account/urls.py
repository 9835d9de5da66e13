from django.urls import path

from preau.web.public.account import login, openings

app_name = "account"
urlpatterns = [
    path("connexion/", login.login_page, name="login"),
    path("deconnexion/", login.logout_page, name="logout"),
    path("mot-de-passe-oublie/", login.forgot_password, name="forgot_password"),
    path("lien-envoye/", login.link_sent, name="link_sent"),
    path("nouveau-mot-de-passe/<str:token>/", login.reset, name="reset"),
    path("activation/<str:token>/", openings.activate, name="activate"),
    path("espace-active/", openings.activated, name="activated"),
    path("identifiants/", openings.identifiers, name="identifiers"),
    path("mot-de-passe-modifie/", openings.password_changed, name="password_changed"),
    path("conditions/", openings.terms, name="terms"),
]
