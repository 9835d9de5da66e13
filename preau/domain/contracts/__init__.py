"""Contrats d’accueil: what a household and a crèche agree on, signed, then turned into the days of the child."""
