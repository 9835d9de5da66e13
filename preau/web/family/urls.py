from django.urls import path

from preau.web.family.bookings import views as bookings
from preau.web.family.home import views as home
from preau.web.family.household import views as household
from preau.web.family.procedures import views as procedures

app_name = "family"
urlpatterns = [
    path("", home.home, name="home"),
    path("reservations/", bookings.bookings, name="bookings"),
    path("reservations/<int:enrolment_id>/", bookings.grid, name="booking_grid"),
    path("reservations/<int:enrolment_id>/periodicite/", bookings.periodicity, name="booking_periodicity"),
    path("reservations/<int:enrolment_id>/recapitulatif/", bookings.recap, name="booking_recap"),
    path("reservations/<int:enrolment_id>/annulation/", bookings.discard, name="booking_discard"),
    path("demandes/", procedures.procedures, name="procedures"),
    path("demandes/<int:number>/", procedures.procedure, name="procedure"),
    path("demandes/<int:number>/enregistree/", procedures.done, name="booking_done"),
    path("demandes/<int:number>/agenda.ics", procedures.calendar, name="procedure_calendar"),
    path("demandes/<int:number>/retour/", procedures.undo, name="order_undo"),
    path("demandes/<int:number>/pareil/<int:enrolment_id>/", procedures.same, name="booking_same"),
    path("profil/", household.profile, name="profile"),
    path("profil/identifiants/", household.identifiers, name="identifiers"),
    path("entourage/", household.entourage, name="entourage"),
]
