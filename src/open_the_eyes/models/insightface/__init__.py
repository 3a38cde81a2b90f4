"""InsightFace's networks (SCRFD, ArcFace) run by our own code; their files come through `fetch` like every other."""

from .detector import InsightFaceDetector

__all__ = ["InsightFaceDetector"]
