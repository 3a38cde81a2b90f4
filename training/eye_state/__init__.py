"""Makes the eye-state network and the judge: `python -m training.eye_state.data`, `.train`, `.evaluate`, `.judge`."""
