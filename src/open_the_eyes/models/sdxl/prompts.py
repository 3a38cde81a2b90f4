"""The words are the same for every photo, so what they mean to the model is worked out once and stored as numbers."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import torch

PROMPT: Final = (
    "close-up photograph of two open human eyes, detailed irises, round pupils, eyelashes, fine skin texture"
)
"""What eyes of any photo are. Light, lens, make-up and colour are the photo's or the person's, so no word is said of
them, here or below: guidance would pull every pair towards it, or away from it. Of openness and gaze it is only said
that eyes are open and do not cross."""
NEGATIVE: Final = (
    "closed eyes, blinking, crossed eyes, mismatched eyes, extra eyelids, glowing eyes, doll, painting, drawing, "
    "3d render, plastic skin, blurry, jpeg artifacts, watermark, text"
)
FOLDER: Final = "embeddings"
"""Folder of embeddings, beside the weights."""
_KNOWN: Final[dict[tuple[str, str], Embeddings]] = {}
"""Embeddings by text encoders and words, some megabytes: a process has two sets of encoders, the base's and the
refiner's."""
_KNOWING: Final = threading.Lock()


@dataclass(frozen=True, slots=True)
class Embeddings:
    """One prompt and its negative as a model's text encoders give them: (1, 77, n) each, pooled (1, m)."""

    prompt: torch.Tensor
    negative: torch.Tensor
    pooled: torch.Tensor
    negative_pooled: torch.Tensor

    def for_batch(self, count: int, like: torch.Tensor) -> dict[str, torch.Tensor]:
        """As diffusers' pipelines take them, one row a picture, on the device and in the type of `like`."""
        rows = {f.name: getattr(self, f.name).to(like.device, like.dtype) for f in fields(self)}
        wide = {name: row.expand(count, *row.shape[1:]).contiguous() for name, row in rows.items()}
        return {
            "prompt_embeds": wide["prompt"],
            "negative_prompt_embeds": wide["negative"],
            "pooled_prompt_embeds": wide["pooled"],
            "negative_pooled_prompt_embeds": wide["negative_pooled"],
        }


def embeddings(fingerprint: str, weights: Path, load: Callable[[], Any]) -> Embeddings:
    """The prompt's embeddings: known to this process, from the store, or by `load`'s text encoders, and then stored.

    One thread at a time looks for them, so that encoders, gigabytes in the computer's memory, are never there twice.

    Args:
        fingerprint: tells one set of text encoders from another; part of the name in the store.
        weights: the folder of weights.
        load: gives a pipeline that has text encoders and tokenizers; they are let go afterwards.
    """
    words = hashlib.sha256(f"{PROMPT}\0{NEGATIVE}".encode()).hexdigest()[:12]
    with _KNOWING:
        known = _KNOWN.get((fingerprint, words))
        if known is None:
            path = weights / FOLDER / f"{fingerprint}-{words}.safetensors"
            known = _KNOWN[fingerprint, words] = _stored(path) or _made(load, path)
        return known


def _made(load: Callable[[], Any], path: Path) -> Embeddings:
    made = _encoded(load())
    _store(made, path)
    return made


def _encoded(pipe: Any) -> Embeddings:
    import torch

    with torch.inference_mode():
        rows = pipe.encode_prompt(PROMPT, negative_prompt=NEGATIVE, device="cpu", do_classifier_free_guidance=True)
    return Embeddings(*(row.float().contiguous().clone() for row in rows))


def _stored(path: Path) -> Embeddings | None:
    """None where there is none, or what is there cannot be used."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        rows = load_file(path)
        return Embeddings(**{f.name: rows[f.name] for f in fields(Embeddings)})
    except (OSError, SafetensorError, LookupError):
        return None


def _store(made: Embeddings, path: Path) -> None:
    """Whole or not at all; where the folder cannot be written, each process makes them once, in some seconds."""
    from safetensors.torch import save_file

    half = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        save_file({f.name: getattr(made, f.name) for f in fields(made)}, half)
        half.replace(path)
    except OSError:
        with suppress(OSError):
            half.unlink(missing_ok=True)
