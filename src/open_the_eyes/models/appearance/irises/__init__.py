"""Irises and what shows in them: colour, pattern, pupil, catch-lights, the pair alike."""
