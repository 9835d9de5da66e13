from django.urls import path

from preau.web.staff.children import custody

urlpatterns = [
    path("", custody.custody, name="custody"),
    path("responsables/<int:adult_id>/", custody.authority, name="custody_authority"),
    path("foyers/", custody.add_home, name="custody_home"),
    path("foyers/<int:family_id>/retrait/", custody.remove_home, name="custody_home_remove"),
    path("calendrier/", custody.calendar, name="custody_calendar"),
    path("calendrier/retrait/", custody.clear, name="custody_calendar_clear"),
    path("paiement/", custody.shares, name="custody_shares"),
    path("oppositions/", custody.objection, name="custody_objection"),
    path("oppositions/<int:objection_id>/levee/", custody.lift, name="custody_lift"),
]
