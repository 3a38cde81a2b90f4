"""Photos to measure with: those of `open-the-eyes bench`, made from one public-domain portrait."""

from open_the_eyes.bench.pictures import blinking_portrait, close_up, face_of, group, written

__all__ = ["blinking_portrait", "close_up", "face_of", "group", "written"]
