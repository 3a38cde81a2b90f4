"""Photos on their way in: read from a form, checked, stored, and only then accepted."""
