from django.urls import path

from preau.web.public.account import login, openings, signup

app_name = "account"
urlpatterns = [
    path("connexion/", login.login_page, name="login"),
    path("deconnexion/", login.logout_page, name="logout"),
    path("mot-de-passe-oublie/", login.forgot_password, name="forgot_password"),
    path("lien-envoye/", login.link_sent, name="link_sent"),
    path("nouveau-mot-de-passe/<str:token>/", login.reset, name="reset"),
    path("activation/<str:token>/", openings.activate, name="activate"),
    path("espace-active/", openings.activated, name="activated"),
    path("nouveau-courriel/<str:token>/", openings.email_change, name="email_change"),
    path("identifiants/", openings.identifiers, name="identifiers"),
    path("mot-de-passe-modifie/", openings.password_changed, name="password_changed"),
    path("creer-mon-espace/", signup.identity, name="sign_up"),
    path("creer-mon-espace/services/", signup.services, name="sign_up_services"),
    path("creer-mon-espace/envoye/", signup.sent, name="sign_up_sent"),
    path("creer-mon-espace/verification/<str:token>/", signup.verify, name="sign_up_verify"),
    path("conditions/", openings.terms, name="terms"),
]
