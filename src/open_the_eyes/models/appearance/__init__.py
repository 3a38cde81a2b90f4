"""The appearance engine: eyes that a statistical model predicts, made to look photographed."""
