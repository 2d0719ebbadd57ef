"""Whether letters are a word or a hand on the keyboard: "asdfgh", "xkjw qpzzv", "fjdksl"."""

from __future__ import annotations

import re
from collections.abc import Sequence

_VOWELS = frozenset("aeiouy")
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_CLUSTER = re.compile(r"[^aeiouy]{5,}")
# Pairs of letters that English words do not have inside.
_IMPOSSIBLE = frozenset(
    [
        "bx",
        "cj",
        "cv",
        "cx",
        "dx",
        "fj",
        "fk",
        "fq",
        "fv",
        "fx",
        "fz",
        "gq",
        "gv",
        "gx",
        "hx",
        "hj",
        "hz",
        "jb",
        "jc",
        "jd",
        "jf",
        "jg",
        "jh",
        "jk",
        "jl",
        "jm",
        "jn",
        "jp",
        "jq",
        "jr",
        "js",
        "jt",
        "jv",
        "jw",
        "jx",
        "jz",
        "kq",
        "kx",
        "kz",
        "lx",
        "mj",
        "mq",
        "mx",
        "mz",
        "pq",
        "pv",
        "px",
        "pz",
        "qb",
        "qc",
        "qd",
        "qf",
        "qg",
        "qh",
        "qj",
        "qk",
        "ql",
        "qm",
        "qn",
        "qo",
        "qp",
        "qr",
        "qs",
        "qt",
        "qv",
        "qw",
        "qx",
        "qy",
        "qz",
        "sx",
        "tq",
        "tx",
        "vb",
        "vc",
        "vd",
        "vf",
        "vh",
        "vj",
        "vk",
        "vl",
        "vm",
        "vn",
        "vp",
        "vq",
        "vt",
        "vw",
        "vx",
        "vz",
        "wj",
        "wq",
        "wv",
        "wx",
        "wz",
        "xb",
        "xd",
        "xg",
        "xj",
        "xk",
        "xm",
        "xn",
        "xq",
        "xr",
        "xv",
        "xw",
        "xz",
        "yq",
        "zb",
        "zc",
        "zd",
        "zf",
        "zg",
        "zj",
        "zk",
        "zm",
        "zn",
        "zp",
        "zq",
        "zr",
        "zs",
        "zv",
        "zw",
        "zx",
        "kj",
        "wp",
        "xn",
    ]
)
_SHORTEST = 4
_RUN = 4


def is_mash(words: Sequence[str]) -> bool:
    """Whether most of these words (lower case, no marks) are not words in any way."""
    letters = [word for word in words if word.isalpha()]
    if not letters:
        return False
    return 2 * sum(len(word) for word in letters if _is_mashed(word)) > sum(map(len, letters))


def is_all_mash(words: Sequence[str]) -> bool:
    """Whether every one of these words is none in any way."""
    letters = [word for word in words if word.isalpha()]
    return bool(letters) and all(map(_is_mashed, letters))


def _is_mashed(word: str) -> bool:
    if len(word) < _SHORTEST or not word.isascii():
        return False
    pairs = [word[at : at + 2] for at in range(len(word) - 1)]
    odd = sum(pair in _IMPOSSIBLE for pair in pairs)
    runs = any(
        word[at : at + _RUN] in row or word[at : at + _RUN] in row[::-1]
        for row in _ROWS
        for at in range(len(word) - _RUN + 1)
    )
    no_vowel = not _VOWELS.intersection(word)
    return (
        no_vowel
        or odd >= 2
        or bool(_CLUSTER.search(word))
        or (odd and len(word) < 8)
        or (
            runs
            and word not in ("were", "property", "power", "poi", "treated", "reward", "repertoire")
        )
    )
