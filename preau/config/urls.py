"""All addresses of the installation."""

urlpatterns: list[object] = []
