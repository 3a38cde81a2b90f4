"""Builds the models that ship in the package, from any folder of faces. Not installed."""
