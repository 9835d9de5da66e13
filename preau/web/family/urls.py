from django.urls import include, path

from preau.web.family.absences import minimum_service
from preau.web.family.absences import views as absences
from preau.web.family.bookings import basket, week
from preau.web.family.bookings import views as bookings
from preau.web.family.documents import views as documents
from preau.web.family.dossier import again as dossier_again
from preau.web.family.dossier import views as dossier
from preau.web.family.editions import views as editions
from preau.web.family.home import views as home
from preau.web.family.hours import views as hours
from preau.web.family.household import households, keys
from preau.web.family.household import views as household
from preau.web.family.prices import views as prices
from preau.web.family.procedures import agreements, calendar, case, drafts, entourage, simple
from preau.web.family.procedures import views as procedures

app_name = "family"
urlpatterns = [
    path("", home.home, name="home"),
    path("reservations/", bookings.bookings, name="bookings"),
    path("reservations/<int:enrolment_id>/", bookings.grid, name="booking_grid"),
    path("reservations/<int:enrolment_id>/periodicite/", bookings.periodicity, name="booking_periodicity"),
    path("reservations/<int:enrolment_id>/recapitulatif/", basket.recap, name="booking_recap"),
    path("reservations/horaires/<int:enrolment_id>/", hours.month, name="hours"),
    path("reservations/horaires/<int:enrolment_id>/<str:day>/", hours.day, name="hours_day"),
    path("reservations/semaine/", week.week, name="booking_week"),
    path("reservations/recapitulatif/", basket.recap, name="basket"),
    path("reservations/annulation/", basket.discard, name="basket_discard"),
    path("demandes/", procedures.procedures, name="procedures"),
    path("demandes/<int:number>/", procedures.procedure, name="procedure"),
    path("demandes/<int:number>/enregistree/", procedures.done, name="booking_done"),
    path("demandes/<int:number>/agenda.ics", calendar.calendar, name="procedure_calendar"),
    path("demandes/<int:number>/retour/", procedures.undo, name="order_undo"),
    path("demandes/<int:number>/pareil/<int:enrolment_id>/", procedures.same, name="booking_same"),
    path("demandes/<int:number>/recue/", case.sent, name="procedure_sent"),
    path("demandes/<int:number>/horaires/", hours.answer, name="hours_answer"),
    path("demandes/<int:number>/message/", case.message, name="procedure_message"),
    path("demandes/<int:number>/document/", case.join, name="procedure_join"),
    path("demandes/<int:number>/complement/", case.complete, name="procedure_complete"),
    path("demandes/<int:number>/reprise/", case.again, name="procedure_again"),
    path("demandes/<int:number>/abandon/", case.cancel, name="procedure_cancel"),
    path("demandes/<int:number>/absence/", absences.sent, name="absence_sent"),
    path("demandes/<int:number>/absence/retour/", absences.back, name="absence_back"),
    path("absences/", absences.absence, name="absence"),
    path("absences/<int:child_id>/", absences.absence_child, name="absence_child"),
    path("absences/brouillon/<int:draft_id>/", absences.recap, name="absence_recap"),
    path("service-minimum/<int:service_id>/", minimum_service.minimum_service, name="minimum_service"),
    path("planning/", include("preau.web.family.planning.urls")),
    path("tarifs/", prices.tariffs, name="tariffs"),
    path("tarifs/simulation/", prices.simulation, name="simulation"),
    path("contrats/", include("preau.web.family.contracts.urls")),
    path("accords/<int:number>/", agreements.agreement, name="agreement"),
    path("demarches/", drafts.menu, name="acts"),
    path("demarches/brouillon/<int:draft_id>/", drafts.recap, name="draft_recap"),
    path("demarches/brouillon/<int:draft_id>/annulation/", drafts.discard, name="draft_discard"),
    path("demarches/demenagement/", simple.move, name="move"),
    path("demarches/situation/", simple.situation, name="situation"),
    path("demarches/pai/<int:child_id>/", simple.pai, name="pai"),
    path("demarches/formulaire/<int:form_id>/", simple.data_form, name="form"),
    path("demarches/formulaire/<int:form_id>/<int:child_id>/", simple.data_form, name="child_form"),
    path("demarches/entourage/", entourage.declare, name="declare"),
    path("demarches/entourage/<slug:step>/", entourage.person, name="person"),
    path("demarches/entourage/<slug:step>/retrait/", entourage.remove, name="person_remove"),
    path("documents/", documents.pieces, name="documents"),
    path("documents/envoyer/", documents.send, name="document_send"),
    path("documents/envoyer/moi/", documents.send, {"is_mine": True}, name="document_send_mine"),
    path("documents/envoyer/<int:child_id>/", documents.send, name="document_send_child"),
    path("documents/<int:document_id>/fichier/", documents.document, name="document"),
    path("documents/<int:document_id>/pages/", documents.add_pages, name="document_add_pages"),
    path("editions/", editions.editions, name="editions"),
    path("editions/<int:publication_id>/", editions.publication, name="publication"),
    path("editions/attestation/<int:child_id>/", editions.attestation, name="attestation"),
    path("editions/attestation/<int:child_id>/pdf/", editions.attestation_pdf, name="attestation_pdf"),
    path("editions/fiche/<int:child_id>/", editions.sheet, name="sheet"),
    path("editions/fiche/<int:child_id>/pdf/", editions.sheet_pdf, name="sheet_pdf"),
    path("editions/mandat/", editions.mandate, name="mandate"),
    path("editions/mandat/pdf/", editions.mandate_pdf, name="mandate_pdf"),
    path("inscriptions/", include("preau.web.family.enrolments.urls")),
    path("dossier/", dossier.overview, name="dossier"),
    path("dossier/<int:child_id>/reprise/", dossier_again.again, name="dossier_again"),
    path("dossier/<int:child_id>/<slug:part>/", dossier.part, name="dossier_part"),
    path("dossier/<int:child_id>/documents/<int:type_id>/", dossier.piece, name="document_for_dossier"),
    path(
        "dossier/<int:child_id>/documents/foyer/<int:type_id>/",
        dossier.piece,
        {"is_household": True},
        name="document_for_household",
    ),
    path("enfants/", include("preau.web.family.children.urls")),
    path("foyer/", households.choose, name="household"),
    path("profil/", household.profile, name="profile"),
    path("profil/cle/", keys.add_key, name="add_key"),
    path("entourage/", household.entourage, name="entourage"),
    path("entourage/<int:adult_id>/invitation/", household.invite, name="invite_co_holder"),
]
