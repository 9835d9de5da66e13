from django.urls import include, path

from preau.web.staff.absences import views as absences
from preau.web.staff.agents import views as agents
from preau.web.staff.children import views as children
from preau.web.staff.closures import minimum
from preau.web.staff.closures import views as closures
from preau.web.staff.documents import views as documents
from preau.web.staff.follow_up import views as follow_up
from preau.web.staff.home import views as home
from preau.web.staff.lists import views as lists
from preau.web.staff.prices import views as prices
from preau.web.staff.procedures import decisions as procedure_acts
from preau.web.staff.procedures import views as procedures
from preau.web.staff.publications import views as publications

app_name = "staff"
urlpatterns = [
    path("", home.home, name="home"),
    path("courriels/", home.mails, name="mails"),
    path("liste/", lists.day, name="day"),
    path("semaine/", lists.week, name="week"),
    path("enfants/<int:child_id>/", children.child, name="child"),
    path("enfants/<int:child_id>/personnes/<int:contact_id>/photo/", children.photo, name="child_contact_photo"),
    path("enfants/<int:child_id>/sante/", children.health, name="child_health"),
    path("enfants/<int:child_id>/garde/", include("preau.web.staff.children.urls")),
    path("demarches/", procedures.queue, name="procedures"),
    path("demarches/sans-anomalie/", procedure_acts.accept_clean, name="procedures_clean"),
    path("demarches/reprise/", procedure_acts.take_back_many, name="procedures_take_back"),
    path("demarches/<int:number>/", procedures.case, name="procedure"),
    path("demarches/<int:number>/decision/", procedure_acts.decide, name="procedure_decide"),
    path("demarches/<int:number>/reprise/", procedure_acts.take_back, name="procedure_take_back"),
    path("demarches/<int:number>/complement/retrait/", procedure_acts.no_more, name="procedure_no_more"),
    path("demarches/<int:number>/application/", procedure_acts.apply_now, name="procedure_apply"),
    path("demarches/<int:number>/prise-en-charge/", procedure_acts.take, name="procedure_take"),
    path("demarches/<int:number>/sante/", procedures.health, name="procedure_health"),
    path("demarches/<int:number>/verification/", procedure_acts.check_again, name="procedure_check"),
    path(
        "demarches/<int:number>/pieces/<int:document_id>/",
        procedure_acts.check_piece,
        name="procedure_piece",
    ),
    path("demarches/<int:number>/message/", procedure_acts.write, name="procedure_write"),
    path("demarches/<int:number>/justification/", absences.grant, name="absence_grant"),
    path("demarches/<int:number>/correction/", absences.correct, name="absence_correct"),
    path("familles/<int:family_id>/absence/<int:child_id>/", absences.phone, name="absence_phone"),
    path("documents/<int:document_id>/", documents.document, name="document"),
    path("documents/<int:document_id>/pages/<int:page>/", documents.page, name="document_page"),
    path("suivi/", follow_up.lists, name="follow_up"),
    path("suivi/envoi/", follow_up.remind, name="follow_up_remind"),
    path("suivi/envois/<int:mailing_id>/", follow_up.mailing, name="mailing"),
    path("fermetures/", closures.list_closures, name="closures"),
    path("fermetures/nouvelle/", closures.new, name="closure_new"),
    path("fermetures/<int:closure_id>/", closures.closure, name="closure"),
    path("fermetures/<int:closure_id>/annulation/", closures.undo, name="closure_undo"),
    path("fermetures/<int:closure_id>/service-minimum/", minimum.minimum, name="closure_minimum"),
    path("publications/", publications.publications, name="publications"),
    path("publications/nouveau/", publications.new, name="publication_new"),
    path("publications/<int:publication_id>/", publications.publication, name="publication"),
    path("publications/<int:publication_id>/retrait/", publications.withdraw, name="publication_withdraw"),
    path("publications/<int:publication_id>/fichier/", publications.version, name="publication_version"),
    path("pointage/", include("preau.web.staff.attendance.urls")),
    path("creche/", include("preau.web.staff.creche.urls")),
    path("contrats/", include("preau.web.staff.contracts.urls")),
    path("familles/<int:family_id>/quotient/", prices.quotient, name="quotient"),
    path("", include("preau.web.staff.families.urls")),
    path("", include("preau.web.staff.enrolments.urls")),
    path("agents/", agents.agents, name="agents"),
    path("agents/nouveau/", agents.new, name="agent_new"),
    path("agents/<int:account_id>/", agents.agent, name="agent"),
    path("agents/<int:account_id>/fin/", agents.end, name="agent_end"),
    path("agents/<int:account_id>/invitation/", agents.again, name="agent_again"),
    path("agents/<int:account_id>/verification/", agents.forget, name="agent_forget_factors"),
]
