"""Acts that make a démarche, and acts on it."""
