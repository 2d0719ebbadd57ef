"""A text with its vector, handed from one process to another so that it is encoded only once.

The dialogue encodes every message to read it; when a question to the guide comes down to the same
text, the actions need not do it again (four milliseconds of a turn).
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any

import numpy as np

from knowledge.encoder import DIMENSIONS, Vectors


@dataclass(frozen=True)
class Encoded:
    """What `Encoder.encode` gives for `text`, and the fingerprint of that encoder."""

    text: str
    vector: Vectors
    encoder: str

    def to_json(self) -> dict[str, str]:
        """Text, vector (base64 of 384 little-endian float32) and encoder."""
        numbers = base64.b64encode(self.vector.astype("<f4").tobytes()).decode("ascii")
        return {"text": self.text, "vector": numbers, "encoder": self.encoder}

    @classmethod
    def from_json(cls, data: Any) -> Encoded | None:
        """What `to_json` wrote; None for anything else: then the text is encoded as ever."""
        try:
            vector = np.frombuffer(base64.b64decode(data["vector"], validate=True), "<f4")
            text, encoder = str(data["text"]), str(data["encoder"])
        except (TypeError, KeyError, ValueError, binascii.Error):
            return None
        if vector.shape != (DIMENSIONS,) or not np.isfinite(vector).all():
            return None
        return cls(text, vector.astype(np.float32), encoder)
