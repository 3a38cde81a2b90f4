"""The reference engine: the person's own eyes from another photo, or from their other eye."""
