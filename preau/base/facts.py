"""Facts that any operation or query may raise, whatever the app."""


class NotFound(Exception):
    """The thing does not exist, or is not the actor's: screens answer 404 for both."""


class NotAllowed(Exception):
    """The actor sees the thing but may not do this act: screens answer 403 with a sentence."""
