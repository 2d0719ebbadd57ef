from __future__ import annotations

import shutil
from pathlib import Path

from knowledge.encoder import Encoder
from knowledge.export import fingerprint, source_model


def test_the_encoder_in_use_is_that_of_the_installed_weights(encoder: Encoder) -> None:
    assert encoder.fingerprint == fingerprint(source_model())


def test_other_weights_have_another_fingerprint(tmp_path: Path) -> None:
    for name, content in {"model.safetensors": b"weights", "tokenizer.json": b"{}"}.items():
        (tmp_path / name).write_bytes(content)
    first = fingerprint(tmp_path)
    copy = shutil.copytree(tmp_path, tmp_path / "copy")
    assert fingerprint(copy) == first
    (copy / "tokenizer.json").write_bytes(b"{ }")
    assert fingerprint(copy) != first
