"""Downloaded weights: what there is (`catalogue`), where it lies (`store`), how it gets there (`fetching`)."""

from .store import path_of

__all__ = ["path_of"]
