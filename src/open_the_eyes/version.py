"""The one place that names the version; between two releases it is the next one's, with ".dev0" behind it."""

__version__ = "0.2.0.dev0"
