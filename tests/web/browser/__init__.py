"""The page as people meet it, in a real browser: one site and one browser for all that is in here."""
