from django.urls import path

from preau.web.family.children import objections, people, views

urlpatterns = [
    path("sante/", views.whose, {"address": "family:child_health"}, name="health"),
    path("autorisations/", views.whose, {"address": "family:child_consents"}, name="consents"),
    path("<int:child_id>/", views.child, name="child"),
    path("<int:child_id>/sante/", views.health, name="child_health"),
    path("<int:child_id>/autorisations/", views.consents, name="child_consents"),
    path("<int:child_id>/opposition/", objections.objection, name="child_objection"),
    path("<int:child_id>/opposition/<int:objection_id>/retrait/", objections.withdraw, name="child_objection_end"),
    path("<int:child_id>/fiches/", views.confirm, name="child_confirm"),
    path("<int:child_id>/personnes/", people.contacts, name="child_contacts"),
    path("<int:child_id>/personnes/ajout/", people.contact, name="child_contact_new"),
    path("<int:child_id>/personnes/<int:contact_id>/", people.contact, name="child_contact"),
    path("<int:child_id>/personnes/<int:contact_id>/photo/", people.photo, name="child_contact_photo"),
    path("<int:child_id>/personnes/<int:contact_id>/suppression/", people.remove, name="child_contact_remove"),
    path("<int:child_id>/personnes/<int:contact_id>/retour/", people.restore, name="child_contact_restore"),
]
