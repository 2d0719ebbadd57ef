"""The steps from a fresh clone to a bot that can start: what each reads, makes and runs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """One step; it is run again when an input, an earlier step or its command has changed."""

    name: str
    doing: str
    """What the person reads while it runs."""
    command: tuple[str, ...]
    inputs: tuple[str, ...]
    """Files, folders and globs; their contents count, not their dates."""
    outputs: tuple[str, ...]
    needs: tuple[str, ...] = ()
    kept: str = ""
    """The folder of this repository that keeps its outputs beside the code (`kept.py`), if any."""


_APP = ".venv/bin/python"
_RASA = ".venv-rasa/bin/python"
_EVALUATION = ".venv-evaluation/bin/python"
_SYNAPSE = ".venv-synapse/bin/python"

#: What has been learnt from the texts of this repository.
_TRAINED = "bot/nlu/trained"

#: How written words are read. The lexicon decides that as well, but so little that nothing is
#: learnt anew for one of its words; nor are the small readers for a phrase more.
_WORDS = (
    *("bot/nlu/tokens.py", "bot/nlu/spelling.py", "bot/nlu/spelling.yml"),
    "bot/nlu/dialects.yml",
)

STEPS = (
    Step(
        name="environment-app",
        doing="installing the environment of actions and knowledge (.venv, minutes at first)",
        command=("python3", "bot/setup/environment.py", "app"),
        inputs=("requirements/app.txt",),
        outputs=(_APP,),
    ),
    Step(
        name="environment-rasa",
        doing="installing the environment of the dialogue (.venv-rasa, minutes at first)",
        command=("python3", "bot/setup/environment.py", "rasa"),
        inputs=("requirements/rasa.txt",),
        outputs=(_RASA,),
    ),
    Step(
        name="encoder",
        doing="exporting the sentence encoder to ONNX",
        command=(_APP, "-m", "knowledge.export"),
        inputs=(
            *("knowledge/export.py", "knowledge/encoder.py"),
            *("knowledge/adapter.py", "knowledge/adapters"),
        ),
        outputs=(".build/encoder",),
        needs=("environment-app",),
    ),
    Step(
        name="index",
        doing="indexing the guide",
        # The guide that the index was built from: a clinic's own stays in service.
        command=(_APP, "-m", "knowledge", "build", "--index", ".build/index"),
        inputs=("knowledge",),
        outputs=(".build/index",),
        needs=("encoder",),
    ),
    Step(
        name="reader",
        doing="training the reader of messages (a minute, or a quarter of an hour)",
        command=(_APP, "-m", "bot.training.reader"),
        inputs=(
            *("bot/training/reader.py", "bot/training/networks.py", "bot/training/texts.py"),
            *("bot/nlu/phrases", "bot/nlu/phrase_data.py"),
            *("bot/nlu/intents", "bot/nlu/talk.py", "bot/nlu/learnt/replies"),
            "bot/nlu/learnt/courses",
            *_WORDS,
            "actions/triage/findings.yml",
        ),
        outputs=(".build/reader",),
        needs=("encoder",),
        kept=_TRAINED,
    ),
    Step(
        name="classifiers",
        doing="training the small readers: intents, answers, degrees, risks (minutes)",
        command=(_APP, "-m", "bot.training.classifiers"),
        inputs=(
            *("bot/training/classifiers.py", "bot/nlu/classifier.py", "bot/nlu/labelled.py"),
            *("bot/nlu/intents", "bot/nlu/intents.py"),
            *("bot/nlu/learnt", "bot/nlu/learnt.py", "bot/nlu/semantic.py"),
            "bot/nlu/sentences.py",
            *_WORDS,
        ),
        outputs=(
            *(".build/intents", ".build/courses", ".build/replies", ".build/extents"),
            *(".build/conditions", ".build/remedies"),
            *(".build/severity", ".build/risks", ".build/reach", ".build/trends"),
            *(".build/moments", ".build/recurrence", ".build/home_care"),
        ),
        needs=("encoder",),
        kept=_TRAINED,
    ),
    Step(
        # It judges what the lexicon and the rules make of messages, too; as for the readers,
        # nothing is learnt anew for one of their words.
        name="arbiter",
        doing="training the arbiter between the readers (two minutes)",
        command=(_APP, "-m", "bot.training.arbiter"),
        inputs=("bot/training/arbiter.py", "bot/nlu/arbiter.py", "bot/nlu/arbiter"),
        outputs=(".build/arbiter",),
        needs=("reader", "classifiers"),
        kept=_TRAINED,
    ),
    Step(
        name="words",
        doing="writing the clinic's details into the words",
        command=(_APP, "-m", "bot.render"),
        inputs=(
            *("bot/domain", "bot/clinic.yml", "bot/clinic.py", "bot/render.py", "bot/slots.py"),
            "actions/triage",
        ),
        outputs=(".build/domain",),
        needs=("environment-app",),
    ),
    Step(
        name="model",
        doing="training the dialogue (about half a minute)",
        # --force: Rasa's cache looks at the source of a component, not at the data it reads.
        command=(
            *(_RASA, "-m", "rasa", "train", "--force"),
            *("--domain", ".build/domain", "--data", "data", "--config", "config.yml"),
            *("--out", ".build/models", "--fixed-model-name", "bot"),
        ),
        inputs=("config.yml", "data", ".build/domain", "bot/nlu", "bot/policies", "actions/triage"),
        outputs=(".build/models/bot.tar.gz",),
        needs=("environment-rasa", "reader", "classifiers", "arbiter", "words"),
    ),
)

#: What only `make evaluate` needs: the tools that ours is measured beside.
BASELINES = (
    Step(
        name="environment-evaluation",
        doing="installing the environment of the baselines (.venv-evaluation, minutes at first)",
        command=("python3", "bot/setup/environment.py", "evaluation"),
        inputs=("requirements/evaluation.txt",),
        outputs=(_EVALUATION,),
    ),
    Step(
        name="diet-data",
        doing="writing the reader's phrases as training data for Rasa's DIET",
        command=(_APP, "-m", "tests.evaluation.baselines.diet_data"),
        inputs=("bot/nlu/phrases", "tests/evaluation/baselines/diet_data.py"),
        outputs=(".build/diet/data.json",),
        needs=("environment-app",),
    ),
    Step(
        name="diet",
        doing="training Rasa's DIET to compare with (once, ten minutes and more)",
        command=(
            *(_RASA, "-m", "rasa", "train", "nlu"),
            *("--config", "tests/evaluation/baselines/diet.yml", "--nlu", ".build/diet/data.json"),
            *("--out", ".build/diet", "--fixed-model-name", "model"),
        ),
        inputs=("tests/evaluation/baselines/diet.yml",),
        outputs=(".build/diet/model.tar.gz",),
        needs=("environment-rasa", "diet-data"),
    ),
)

#: What only the tests need that talk to a real Matrix server; they run this goal themselves.
SERVERS = (
    Step(
        name="environment-synapse",
        doing="installing a Matrix server for the tests (.venv-synapse, once)",
        command=("python3", "bot/setup/environment.py", "synapse"),
        inputs=("requirements/synapse.txt",),
        outputs=(_SYNAPSE,),
    ),
)

#: What `python3 -m bot.setup GOAL` brings up to date, in order.
GOALS = {
    "environments": ("environment-app", "environment-rasa"),
    "train": tuple(step.name for step in STEPS if step.name != "index"),
    "all": tuple(step.name for step in STEPS),
    "evaluation": tuple(step.name for step in (*STEPS, *BASELINES)),
    "synapse": tuple(step.name for step in SERVERS),
}
