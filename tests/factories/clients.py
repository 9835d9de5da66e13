"""Clients of the screens."""

from typing import Any

from django.test import Client

from preau.base import sessions


def client_of(account: Any) -> Client:
    """A client already in, past the forced steps: the password has just been typed, the second factor shown."""
    client = Client(raise_request_exception=True)
    client.force_login(account)
    session = client.session
    session[sessions.PROVED], session[sessions.SECOND] = sessions.seconds(), True
    session.save()
    return client
