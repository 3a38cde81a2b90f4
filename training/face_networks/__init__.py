"""MediaPipe's face networks as the package has them: `python -m training.face_networks`, and `.compare`."""
