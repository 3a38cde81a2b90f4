"""Builds the appearance model: `python -m training.appearance FACES -o MODEL.npz`."""
