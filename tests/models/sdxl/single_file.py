"""A U-Net's weights under the names of single-file checkpoints; for two levels of a layer, plain then attention."""

from __future__ import annotations

import re
from typing import Any, Final

_PARTS: Final = (
    ("conv_in.", "input_blocks.0.0."),
    ("time_embedding.linear_1.", "time_embed.0."),
    ("time_embedding.linear_2.", "time_embed.2."),
    ("add_embedding.linear_1.", "label_emb.0.0."),
    ("add_embedding.linear_2.", "label_emb.0.2."),
    ("conv_norm_out.", "out.0."),
    ("conv_out.", "out.2."),
    ("down_blocks.0.resnets.0.", "input_blocks.1.0."),
    ("down_blocks.0.downsamplers.0.conv.", "input_blocks.2.0.op."),
    ("down_blocks.1.resnets.0.", "input_blocks.3.0."),
    ("down_blocks.1.attentions.0.", "input_blocks.3.1."),
    ("mid_block.resnets.0.", "middle_block.0."),
    ("mid_block.attentions.0.", "middle_block.1."),
    ("mid_block.resnets.1.", "middle_block.2."),
    ("up_blocks.0.upsamplers.0.conv.", "output_blocks.1.2.conv."),
)
_WITHIN: Final = (
    ("norm1.", "in_layers.0."),
    ("conv1.", "in_layers.2."),
    ("time_emb_proj.", "emb_layers.1."),
    ("norm2.", "out_layers.0."),
    ("conv2.", "out_layers.3."),
    ("conv_shortcut.", "skip_connection."),
)


def as_single_file(rows: dict[str, Any]) -> dict[str, Any]:
    return {f"model.diffusion_model.{_renamed(name)}": row.contiguous() for name, row in rows.items()}


def _renamed(name: str) -> str:
    up = re.match(r"up_blocks\.(\d)\.(resnets|attentions)\.(\d)\.", name)
    if up:
        number = int(up[1]) * 2 + int(up[3])
        head, new = up[0], f"output_blocks.{number}.{0 if up[2] == 'resnets' else 1}."
    else:
        head, new = next(pair for pair in _PARTS if name.startswith(pair[0]))
    rest = name.removeprefix(head)
    if "resnets" in head:
        old, inner = next(pair for pair in _WITHIN if rest.startswith(pair[0]))
        rest = inner + rest.removeprefix(old)
    return new + rest
