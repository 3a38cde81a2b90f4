"""What people prefer: a page of blind pairs, and the tally of its answers."""

from .page import survey_of
from .pairs import Pair, pairs_of
from .tally import Tally, tally

__all__ = ["Pair", "Tally", "pairs_of", "survey_of", "tally"]
