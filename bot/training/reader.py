"""Train the semantic reader: `python -m bot.training.reader [--folder DIR]`.

The encoder stays as it is, with its adapter; what is learnt is which of its token vectors speak of
which finding (see `bot/nlu/semantic.py`). Clauses are learnt as they are met in messages, beside
others. That takes a quarter of an hour on 2 cores. Where only some phrases have come since the
reader that is kept in the repository was trained, it goes on learning: from them, and from others
lest it forget them, in minutes. The same data, and the same kept reader, give the same reader.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from pathlib import Path
from zlib import crc32

import numpy as np
import numpy.typing as npt

from bot.nlu.phrase_data import MEANINGS, Phrase, label_names, load_messages
from bot.nlu.semantic import ARRAYS, FOLDER, SETTINGS
from bot.nlu.talk import talk
from bot.training.networks import ONWARD, THREADS, Data, Network, examples, teach, train
from bot.training.texts import OUTPUTS, SEED, sentences
from knowledge.encoder import Encoder

#: Networks that differ in their seed only; what a single one imagines, the others do not.
NETWORKS = 3

#: The reader that is kept in the repository, and which messages one has learnt from, as numbers.
KEPT = Path(__file__).resolve().parents[1] / "nlu" / "trained" / "reader"
LEARNT = "learnt.npy"

#: The reader is trained anew when a larger share of its messages has come or gone than this.
MOST_CHANGED = 0.02

#: How often a new message is learnt in a pass; beside it so many others, and at least so many.
REPEATED = 4
OTHERS = 10
FEWEST_OTHERS = 3_000

Message = tuple[Phrase, ...]
Numbers = npt.NDArray[np.uint32]


def numbers_of(messages: Sequence[Message]) -> Numbers:
    """A number for each message by its words and what they say."""
    return np.array([crc32(_told(message).encode()) for message in messages], np.uint32)


def _told(message: Message) -> str:
    return repr(
        [
            (each.text, sorted(each.labels), each.meaning, sorted(each.about or ()))
            for each in message
        ]
    )


def came_since(kept: Path, messages: Sequence[Message], encoder: Encoder) -> list[int] | None:
    """Which messages a reader has not learnt from, by place; None where it cannot go on: there is
    none, it belongs to another encoder or other findings, or too much has come or gone."""
    try:
        settings = json.loads((kept / SETTINGS).read_text("utf-8"))
        learnt: Numbers = np.load(kept / LEARNT)
    except (OSError, ValueError):
        return None
    if settings != settings_of(encoder) or not (kept / ARRAYS).is_file():
        return None
    now = numbers_of(messages)
    came = np.flatnonzero(~np.isin(now, learnt))
    gone = np.count_nonzero(~np.isin(learnt, now))
    return came.tolist() if len(came) + gone <= MOST_CHANGED * len(now) else None


def go_on(
    kept: Path, messages: Sequence[Message], came: Sequence[int], encoder: Encoder
) -> list[Network]:
    """The networks of a kept reader after learning the messages at these places, too."""
    dice = random.Random(SEED)
    rest = sorted(set(range(len(messages))) - set(came))
    others = dice.sample(rest, min(len(rest), max(FEWEST_OTHERS, OTHERS * len(came))))
    groups = [messages[at] for at in (*[*came] * REPEATED, *others)]
    networks = [Network(OUTPUTS, SEED + at) for at in range(NETWORKS)]
    with np.load(kept / ARRAYS, allow_pickle=False) as arrays:
        stacked = {name: arrays[name].astype(np.float32) for name in arrays.files}
    for at, network in enumerate(networks):
        network.take({name: array[at] for name, array in stacked.items()})
    return teach(networks, Data(list(examples(encoder, groups))), ONWARD) if came else networks


def settings_of(encoder: Encoder) -> dict[str, object]:
    """What a reader belongs to."""
    return {
        "names": list(label_names()),
        "meanings": list(MEANINGS),
        "encoder": encoder.reading_fingerprint,
    }


def write(
    networks: Sequence[Network], encoder: Encoder, messages: Sequence[Message], folder: Path
) -> None:
    """Write the networks' arrays, one above the other (half precision), and what they belong to."""
    folder.mkdir(parents=True, exist_ok=True)
    arrays = [network.arrays() for network in networks]
    stacked = {name: np.stack([each[name] for each in arrays]) for name in arrays[0]}
    np.savez(folder / ARRAYS, **{name: each.astype(np.float16) for name, each in stacked.items()})
    np.save(folder / LEARNT, np.unique(numbers_of(messages)))
    (folder / SETTINGS).write_text(json.dumps(settings_of(encoder)) + "\n", "utf-8")


def main() -> None:
    """Train on the product's phrases, and on messages that tell of nothing."""
    parser = argparse.ArgumentParser(prog="python -m bot.training.reader", description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--anew", action="store_true", help="learn everything, however little came")
    args = parser.parse_args()
    encoder = Encoder.load(threads=THREADS)
    messages = [*load_messages(), *talk()]
    came = None if args.anew else came_since(KEPT, messages, encoder)
    if came is None:
        data = Data(list(examples(encoder, sentences(messages))))
        print(f"Learning from {len(data.lengths)} clauses ...", flush=True)
        networks = train(data, range(SEED, SEED + NETWORKS))
    else:
        print(f"Going on from the kept reader with {len(came)} messages ...", flush=True)
        networks = go_on(KEPT, messages, came, encoder)
    write(networks, encoder, messages, args.folder)


if __name__ == "__main__":
    main()
