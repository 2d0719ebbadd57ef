from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import torch

from knowledge import adapter
from knowledge.encoder import READING, RETRIEVAL, Encoder
from knowledge.export import adapted_layers, fingerprint, source_model


def test_the_encoder_in_use_is_that_of_the_installed_weights(encoder: Encoder) -> None:
    assert encoder.fingerprint == fingerprint(source_model(), adapter.RETRIEVAL)
    assert encoder.reading_fingerprint == fingerprint(source_model(), adapter.READING)


def test_other_weights_have_another_fingerprint(tmp_path: Path) -> None:
    for name, content in {"model.safetensors": b"weights", "tokenizer.json": b"{}"}.items():
        (tmp_path / name).write_bytes(content)
    first = fingerprint(tmp_path, adapter.READING)
    copy = shutil.copytree(tmp_path, tmp_path / "copy")
    assert fingerprint(copy, adapter.READING) == first
    assert fingerprint(copy, adapter.RETRIEVAL) != first
    (copy / "tokenizer.json").write_bytes(b"{ }")
    assert fingerprint(copy, adapter.READING) != first


def test_each_end_is_that_of_its_adapted_layers(encoder: Encoder) -> None:
    from transformers import BertModel

    bert: Any = BertModel.from_pretrained(str(source_model())).eval()
    text = "felt my tongue get thick and my throat tight"
    [(ids, _)] = encoder.tokens([text])
    with torch.no_grad():
        all_states = bert(torch.tensor([ids]), output_hidden_states=True).hidden_states
        for path, end in ((adapter.RETRIEVAL, RETRIEVAL), (adapter.READING, READING)):
            [(exported, _)] = encoder.token_vectors([text], end)
            after = all_states[-1 - adapter.LAYERS]
            for layer in adapted_layers(bert, path):
                out = layer(after)
                after = out[0] if isinstance(out, tuple) else out
            np.testing.assert_allclose(exported, after[0].numpy(), atol=1e-4)
