from django.urls import path

from preau.web.staff.contracts import months, views, writing, yearly

VERSION = "<int:contract_id>/<int:version_id>/"
urlpatterns = [
    path("", views.contracts, name="contracts"),
    path("heures/", yearly.hours, name="contract_hours"),
    path("renouvellement/", yearly.renewal, name="contract_renewal"),
    path("nouveau/<int:enrolment_id>/", writing.new, name="contract_new"),
    path("ressources/<int:family_id>/", writing.income, name="income"),
    path("<int:contract_id>/", views.contract, name="contract"),
    path("<int:contract_id>/mois/<str:month>/", months.announce, name="contract_month"),
    path("<int:contract_id>/avenant/", writing.amendment, name="contract_amend"),
    path("<int:contract_id>/fin/", views.end, name="contract_end"),
    path(f"{VERSION}modification/", writing.edit, name="contract_edit"),
    path(f"{VERSION}suite/", views.act, name="contract_act"),
    path(f"{VERSION}lecture/", views.read, name="contract_read"),
    path("versions/<int:version_id>/papier/<int:signature_id>/", views.scan, name="contract_scan"),
    path("versions/<int:version_id>/<slug:what>/", views.file, name="contract_file"),
]
