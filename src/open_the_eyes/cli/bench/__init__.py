"""`bench` at the terminal."""
