"""Acts on documents, by subject; what other apps and screens call is named here."""
