"""Pixels: numpy and OpenCV alone, nothing that knows photos, models or options."""
