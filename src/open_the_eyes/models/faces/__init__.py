"""Finding faces: MediaPipe's networks, where in a photo they look, and what can be edited of what they find."""
