from django.urls import path

from preau.web.public.account import factors, login, openings, own, second, signup

app_name = "account"
urlpatterns = [
    path("connexion/", login.login_page, name="login"),
    path("connexion/verification/", second.second_step, name="second_step"),
    path("compte/", own.own, name="own"),
    path("compte/identifiants/", own.identifiers, name="own_identifiers"),
    path("compte/courriel/", own.email, name="own_email"),
    path("compte/mot-de-passe/", own.proof, name="proof"),
    path("compte/double-verification/", factors.factors, name="factors"),
    path("compte/double-verification/application/", factors.totp, name="totp"),
    path("compte/double-verification/cle/", factors.passkey, name="passkey"),
    path("compte/double-verification/codes/", factors.recovery, name="recovery_codes"),
    path("compte/double-verification/<int:factor_id>/retrait/", factors.remove, name="factor_remove"),
    path("compte/appareils/", factors.close_others, name="close_other_sessions"),
    path("compte/appareils/<int:open_session_id>/", factors.close, name="close_session"),
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
    path("activation/<str:token>/<str:rest>", openings.stuck, name="stuck_activation"),
    path("nouveau-mot-de-passe/<str:token>/<str:rest>", openings.stuck, name="stuck_reset"),
    path("conditions/", openings.terms, name="terms"),
]
