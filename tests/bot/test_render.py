"""The clinic's details in the bot's words: every placeholder, whatever the details look like."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.clinic import load_clinic
from bot.render import DOMAIN, RenderError, render, render_text

ANY_LINE = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1)


@given(ANY_LINE, st.sampled_from(["{}", "'{}'", '"{}"', "|-\n    {}", ">-\n    {}"]))
def test_no_detail_breaks_the_yaml(name: str, style: str) -> None:
    value = style.format("call ${clinic.name} now")
    rendered = render_text(f"text: {value}\nafter: 1\n", {"clinic.name": name}, "a.yml")
    assert yaml.safe_load(rendered) == {"text": f"call {name} now", "after": 1}


def test_a_placeholder_alone_stays_text() -> None:
    rendered = render_text("number: ${clinic.phone}", {"clinic.phone": "111"}, "a.yml")
    assert yaml.safe_load(rendered) == {"number": "111"}


def test_what_is_not_a_placeholder_is_left_as_it_was() -> None:
    source = (
        "title: Yes\nversion: '3.1'\ntext: '{name} paid $5'\nblock: |-\n  a\n  b: c\n"
        "same: &x [no]\nagain: *x\n"
    )
    rendered = render_text(source, {}, "a.yml")
    for text in ("title: Yes", "version: '3.1'", "{name} paid $5"):
        assert text in rendered
    assert yaml.safe_load(rendered) == yaml.safe_load(source)


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("a: 1\nb: call ${clinic.fone}\n", 2),
        ("a: |-\n  one\n  two ${clinic.name}\n  three ${clinic.fone}\n", 4),
        ('a: "one ${clinic.name\n"\n', 1),
        ("a: ${}\n", 1),
    ],
)
def test_an_unknown_placeholder_is_named_with_its_line(source: str, line: int) -> None:
    with pytest.raises(RenderError, match=rf"^a\.yml:{line}: .*Use one of: .*clinic\.name"):
        render_text(source, {"clinic.name": "x"}, "a.yml")


def test_broken_yaml_is_named_with_its_line() -> None:
    with pytest.raises(RenderError, match=r"^a\.yml:2: not valid YAML"):
        render_text("a: 1\nb: [}\n", {}, "a.yml")


def test_the_projects_own_words_render_completely(tmp_path: Path) -> None:
    stale = tmp_path / "out" / "stale.yml"
    stale.parent.mkdir()
    stale.write_text("old: words", "utf-8")
    render(DOMAIN, tmp_path / "out", load_clinic().details())
    rendered = {path.relative_to(tmp_path / "out") for path in (tmp_path / "out").rglob("*.yml")}
    assert rendered == {path.relative_to(DOMAIN) for path in DOMAIN.rglob("*.yml")}
    assert not any("${" in (tmp_path / "out" / path).read_text("utf-8") for path in rendered)
