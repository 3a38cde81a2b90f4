"""Makes what tells one face from another: `python -m training.likeness.build`, `.evaluate`."""
