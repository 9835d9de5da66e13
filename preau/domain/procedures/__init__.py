"""Démarches: drafts, numbered requests, timelines, and acts that span apps."""
