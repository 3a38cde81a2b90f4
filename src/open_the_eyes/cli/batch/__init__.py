"""`batch` at the terminal: what it is given, its progress, its end."""
