from django.urls import path

from preau.web.staff.bookings import views as bookings
from preau.web.staff.families import corrections, counter, duplicates, keys, newcomers, paper, views

urlpatterns = [
    path("familles/", views.search, name="families"),
    path("familles/nouvelle/", newcomers.family, name="family_new"),
    path("familles/<int:family_id>/adultes/nouveau/", newcomers.adult, name="family_adult_new"),
    path("familles/<int:family_id>/enfants/nouveau/", newcomers.child, name="family_child_new"),
    path("familles/<int:family_id>/enfants/<int:child_id>/identite/", paper.identity, name="child_identity"),
    path("familles/<int:family_id>/enfants/<int:child_id>/papier/", paper.dossier, name="child_paper"),
    path("familles/<int:family_id>/recu/", paper.receipt, name="family_receipt"),
    path("familles/<int:family_id>/", views.family, name="family"),
    path("familles/<int:family_id>/adresse/", views.address, name="address"),
    path("familles/<int:family_id>/adresse/corriger/", corrections.household, name="family_address"),
    path("familles/<int:family_id>/commune/", corrections.residency, name="family_residency"),
    path("familles/<int:family_id>/inviter/<int:adult_id>/", views.invite, name="invite"),
    path("familles/<int:family_id>/cle/<int:adult_id>/", keys.access_key, name="access_key"),
    path("familles/<int:family_id>/adultes/<int:adult_id>/", corrections.adult, name="family_adult"),
    path("familles/<int:family_id>/personne/", corrections.contact, name="family_contact"),
    path("familles/<int:family_id>/document/", counter.piece, name="family_piece"),
    path("familles/<int:family_id>/document/<int:child_id>/", counter.piece, name="child_piece"),
    path("familles/<int:family_id>/guichet/", counter.choose, name="counter"),
    path("familles/<int:family_id>/guichet/demenagement/", counter.move, name="counter_move"),
    path("familles/<int:family_id>/guichet/situation/", counter.situation, name="counter_situation"),
    path("familles/<int:family_id>/guichet/autre/<int:form_id>/", counter.data_form, name="counter_form"),
    path(
        "familles/<int:family_id>/guichet/autre/<int:form_id>/<int:child_id>/",
        counter.data_form,
        name="counter_child_form",
    ),
    path("doublons/", duplicates.duplicates, name="duplicates"),
    path("doublons/enfants/<int:child_id>/<int:other_child_id>/", duplicates.children, name="duplicate_children"),
    path("doublons/adultes/<int:adult_id>/<int:other_adult_id>/", duplicates.adults, name="duplicate_adults"),
    path("familles/<int:family_id>/reservations/", bookings.week, name="family_week"),
]
