"""The learnt reader of courses: what an answer to "better, worse or the same?" tells (`courses/`).

People answer with "much as it was", "on the turn", "still peach": no list has them all. It is asked
only where that was the question and the lexicon reads no trend. It never says that something gets
rapidly worse: that is a red flag, and read as one.
"""

from __future__ import annotations

from pathlib import Path

from bot.nlu.classifier import BUILD, Classifier
from bot.nlu.labelled import COURSES, NO_COURSE
from knowledge.encoder import Vectors

DATA = Path(__file__).with_name("courses")
FOLDER = BUILD / "courses"

#: From this probability on its word counts.
SURE = 0.6


class CourseReader(Classifier):
    """Gives each course its probability; see `Classifier`."""

    def __init__(self, fingerprint: str, folder: Path = FOLDER) -> None:
        super().__init__(COURSES, fingerprint, folder)

    def course(self, text: str, mean: Vectors) -> str | None:
        """The trend that an answer tells, where it is sure of one."""
        shares = self.read(text, mean)
        likeliest = max(shares, key=shares.__getitem__)
        return likeliest if shares[likeliest] >= SURE and likeliest != NO_COURSE else None
