"""The web: text in, text out. Flask lives here and only here."""
