from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import torch

from knowledge import adapter
from knowledge.encoder import Encoder
from knowledge.export import adapted_layers, fingerprint, source_model


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


def test_the_second_end_is_that_of_the_adapted_layers(encoder: Encoder) -> None:
    from transformers import BertModel

    bert: Any = BertModel.from_pretrained(str(source_model())).eval()
    text = "felt my tongue get thick and my throat tight"
    [(ids, _)] = encoder.tokens([text])
    with torch.no_grad():
        all_states = bert(torch.tensor([ids]), output_hidden_states=True).hidden_states
        states = all_states[-1 - adapter.LAYERS]
        for layer in adapted_layers(bert):
            out = layer(states)
            states = out[0] if isinstance(out, tuple) else out
    np.testing.assert_allclose(encoder.states([text])[0].adapted, states[0].numpy(), atol=1e-4)
    assert encoder.adapted_fingerprint == f"{encoder.fingerprint} {adapter.fingerprint()}"
