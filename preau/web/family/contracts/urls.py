from django.urls import path

from preau.web.family.contracts import months, views

VERSION = "<int:contract_id>/<int:version_id>/"
urlpatterns = [
    path("", views.contracts, name="contracts"),
    path("<int:contract_id>/", views.contract, name="contract"),
    path("<int:contract_id>/mois/<str:month>/", months.announce, name="contract_month"),
    path(f"{VERSION}signature/", views.sign, name="contract_sign"),
    path(f"{VERSION}transmettre/", views.send_back, name="contract_send_back"),
    path(f"{VERSION}refus/", views.refuse, name="contract_refuse"),
    path(f"{VERSION}lecture/", views.read, name="contract_read"),
    path("versions/<int:version_id>/papier/<int:signature_id>/", views.scan, name="contract_scan"),
    path("versions/<int:version_id>/<slug:what>/", views.file, name="contract_file"),
]
