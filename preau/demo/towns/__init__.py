"""The five invented collectivités, one module each."""
