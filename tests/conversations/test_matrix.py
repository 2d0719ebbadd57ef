"""The whole bot over Matrix: a real homeserver, real clients, the live dialogue."""

import asyncio
import os
import signal
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.gateway.settings import SETTINGS_FILE
from bot.ready import answers
from bot.run import Ports, health_page
from bot.stack import Stack, free_port, running
from tests.conftest import LiveBot
from tests.processes import frozen, server_of
from tests.synapse import NoSynapseError, Synapse, User, running_synapse

from .matrix import MatrixPatient, number_of, patient

DIALOGUE, GATEWAY = "bot.rasa_command", "bot.gateway"
ADVICE = "🔴 Call 999 or 112 now"

#: Seconds after which a message is not answered any more.
LATE_AFTER = 30.0


@dataclass
class Clinic:
    """A gateway with the Matrix channel, before the dialogue of all tests."""

    synapse: Synapse
    account: User
    gateway: Stack
    dialogue: int
    """The dialogue's process."""
    patients: int = 0

    def someone(self) -> User:
        self.patients += 1
        return self.synapse.register(f"patient{self.patients}")

    def kill_gateway(self) -> None:
        os.kill(server_of(self.gateway, GATEWAY), signal.SIGKILL)

    def wait_for_gateway(self) -> None:
        end = time.monotonic() + 120
        while not answers(health_page("gateway", self.gateway.ports)):
            assert time.monotonic() < end
            time.sleep(0.2)

    def stored(self) -> str:
        with sqlite3.connect(self.gateway.logs.parent / "gateway.db") as db:
            return "\n".join(db.iterdump())

    def log(self) -> str:
        return (self.gateway.logs / "gateway.log").read_text("utf-8")


@pytest.fixture(scope="module")
def clinic(bot: LiveBot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    state = tmp_path_factory.mktemp("matrix")
    homeserver = tmp_path_factory.mktemp("synapse")
    try:
        with running_synapse(homeserver) as synapse, pytest.MonkeyPatch.context() as patch:
            account = synapse.register("bot")
            settings = yaml.safe_load(SETTINGS_FILE.read_text("utf-8"))
            settings["channels"] = {
                "matrix": {"homeserver": synapse.address, "user_id": account.id}
            }
            settings["late_after_minutes"] = LATE_AFTER / 60
            (state / "settings.yml").write_text(yaml.safe_dump(settings), "utf-8")
            patch.setenv("GATEWAY_SETTINGS", str(state / "settings.yml"))
            patch.setenv("MATRIX_ACCESS_TOKEN", account.token)
            ports = Ports(bot.stack.ports.dialogue, bot.stack.ports.actions, free_port())
            with running(state, "gateway", ports=ports) as gateway:
                yield Clinic(synapse, account, gateway, server_of(bot.stack, DIALOGUE))
    except NoSynapseError as problem:
        pytest.fail(str(problem), pytrace=False)


Scene = Callable[..., Awaitable[None]]


@pytest.fixture
def play(clinic: Clinic) -> Callable[[Scene], None]:
    """Plays a scene with as many patients as it takes."""

    def play(scene: Scene, patients: int = 1) -> None:
        async def within() -> None:
            async with AsyncExitStack() as stack:
                there = [
                    await stack.enter_async_context(
                        patient(clinic.synapse, clinic.someone(), clinic.account.id)
                    )
                    for _ in range(patients)
                ]
                await scene(*there)

        asyncio.run(asyncio.wait_for(within(), 180))

    return play


Play = Callable[..., None]


async def agree(ann: MatrixPatient) -> MatrixPatient:
    assert "I need your consent" in await ann.begin()
    assert "What do you see or feel" in await ann.say("1")
    return ann


def test_a_check_from_consent_to_result_by_numbers(play: Play) -> None:
    async def scene(ann: MatrixPatient) -> None:
        asked = await ann.begin()
        assert asked.endswith("1. I agree\n2. No, thank you")
        assert "I need your consent" in await ann.say(
            "my cheeks are a bit pink after microneedling"
        )
        question = await ann.say("1")
        assert "1. trouble breathing" in question
        reply = await ann.say(number_of("None of these", question))
        assert "When was the microneedling" in reply
        reply = await ann.say("20 hours ago")
        for _ in range(6):
            if "draft" in reply:
                break
            reply = await ann.say("no")
        assert "normal" in reply

    play(scene)


def test_the_questions_own_numbers_are_answers(play: Play) -> None:
    async def scene(ann: MatrixPatient) -> None:
        await agree(ann)
        await ann.say("my cheeks feel a bit itchy after microneedling")
        assert (await ann.say("3")).startswith(ADVICE)  # swelling of the lips

    play(scene)


def test_an_emergency_gets_its_advice_before_and_after_consent(play: Play) -> None:
    async def scene(ann: MatrixPatient) -> None:
        await ann.begin()
        assert (await ann.say("my lips are swelling")).startswith(ADVICE)
        assert "I need your consent" in await ann.say("hello")
        assert ADVICE in await ann.say("1", 2)

    play(scene)


def test_what_was_written_before_the_bot_joined_is_answered(play: Play, clinic: Clinic) -> None:
    async def scene(ann: MatrixPatient) -> None:
        made = await ann.client.room_create(is_direct=True)
        ann.room = made.room_id
        await ann.listen(1000)
        await ann.send("my tongue is swelling")
        await ann.client.room_invite(ann.room, clinic.account.id)
        assert (await ann.hear())[0].startswith(ADVICE)

    play(scene)


def test_an_edit_is_read_as_what_it_says_now(play: Play) -> None:
    async def scene(ann: MatrixPatient) -> None:
        await agree(ann)
        await ann.send("can I wear makeup?")
        (first,) = await ann.hear()
        assert "makeup" in first
        mine = [each for each in ann.events if each["content"].get("body") == "can I wear makeup?"]
        edit = {
            "m.new_content": {"msgtype": "m.text", "body": "my throat is closing"},
            "m.relates_to": {"rel_type": "m.replace", "event_id": mine[0]["event_id"]},
        }
        assert (await ann.say("* my throat is closing", **edit)).startswith(ADVICE)
        assert await ann.quiet()

    play(scene)


def test_photos_and_recordings_are_told_that_they_cannot_be_read(play: Play) -> None:
    async def scene(ann: MatrixPatient) -> None:
        await agree(ann)
        photo = {"msgtype": "m.image", "url": "mxc://localhost/x"}
        assert "I can read words alone" in await ann.say("IMG_1.jpg", **photo)
        voice = {"msgtype": "m.audio", "url": "mxc://localhost/x"}
        assert "I can read words alone" in await ann.say("voice.ogg", **voice)
        caption = {**photo, "filename": "IMG_1.jpg"}
        await ann.send("my cheeks are a bit pink", **caption)
        await ann.until(lambda: any("I have read your words alone" in each for each in ann.said()))
        await ann.quiet()
        ann.taken = len(ann.said())
        assert (await ann.say("my lips are swollen", **caption)).startswith(ADVICE)

    play(scene)


def test_rooms_do_not_wait_for_one_another(play: Play, clinic: Clinic) -> None:
    async def scene(*patients: MatrixPatient) -> None:
        await asyncio.gather(*(agree(each) for each in patients))
        questions = ["can I wear makeup?", "how long is redness normal?", "my lips are swelling"]
        replies = await asyncio.gather(
            *(each.say(asked) for each, asked in zip(patients, questions, strict=True))
        )
        assert "makeup" in replies[0]
        assert "24 to 72 hours" in replies[1]
        assert replies[2].startswith(ADVICE)

    play(scene, 3)


def test_a_restart_in_mid_conversation_misses_and_repeats_nothing(
    play: Play, clinic: Clinic
) -> None:
    async def scene(ann: MatrixPatient) -> None:
        await agree(ann)
        await ann.say("I have hives on my cheeks")
        clinic.kill_gateway()
        await ann.send("and I keep throwing up")
        clinic.wait_for_gateway()
        assert (await ann.hear())[0].startswith(ADVICE)
        assert await ann.quiet()
        clinic.kill_gateway()
        clinic.wait_for_gateway()
        assert await ann.quiet(5)
        assert "stays the same" in await ann.say("can I wear makeup?")

    play(scene)


def test_more_messages_than_one_answer_holds_are_all_read_after_a_restart(
    play: Play, clinic: Clinic
) -> None:
    async def scene(ann: MatrixPatient) -> None:
        await agree(ann)
        clinic.kill_gateway()
        await ann.send("my throat is closing")
        for _ in range(60):
            await ann.send("from another bot", msgtype="m.notice")
        assert (await ann.hear())[0].startswith(ADVICE)
        assert await ann.quiet()

    play(scene)


def test_without_the_dialogue_advice_and_apology_come_and_the_answer_later(
    play: Play, clinic: Clinic
) -> None:
    async def scene(ann: MatrixPatient, bob: MatrixPatient) -> None:
        await asyncio.gather(agree(ann), agree(bob))
        with frozen(clinic.dialogue):
            started = time.monotonic()
            assert (await bob.say("my tongue is swelling")).startswith(ADVICE)
            assert time.monotonic() - started < 6
            assert "cannot work that out right now" in await ann.say("can I wear makeup?")
        late = "The answer to what you wrote before:"
        await ann.until(lambda: any(each.startswith(late) for each in ann.said()), 90)

    play(scene, 2)


def test_what_was_sent_long_ago_is_not_answered_but_asked_again(play: Play, clinic: Clinic) -> None:
    async def scene(ann: MatrixPatient, bob: MatrixPatient) -> None:
        await asyncio.gather(agree(ann), agree(bob))
        with frozen(server_of(clinic.gateway, GATEWAY)):
            await ann.send("can I wear makeup?")
            await bob.send("my throat is closing")
            await asyncio.sleep(LATE_AFTER + 1)
        assert (await bob.hear())[0].startswith(ADVICE)
        assert "while I was away" in (await ann.hear())[0]
        assert await ann.quiet()

    play(scene, 2)


def test_a_room_with_others_is_refused_and_left(play: Play, clinic: Clinic) -> None:
    other = clinic.someone()

    async def scene(ann: MatrixPatient) -> None:
        await agree(ann)
        await ann.client.room_invite(ann.room, other.id)
        assert "only in private" in (await ann.hear())[0]
        await ann.until(lambda: _membership(ann, clinic.account.id) == "leave")
        await ann.send("my cheeks itch")
        assert await ann.quiet()

    play(scene)


def _membership(ann: MatrixPatient, user: str) -> str:
    events = [each for each in ann.events if each.get("state_key") == user]
    return str(events[-1]["content"]["membership"])


ENCRYPTION = {
    "type": "m.room.encryption",
    "state_key": "",
    "content": {"algorithm": "m.megolm.v1.aes-sha2"},
}


def test_an_encrypted_room_is_read_and_answered_encrypted(play: Play, clinic: Clinic) -> None:
    async def scene(ann: MatrixPatient) -> None:
        assert "I need your consent" in await ann.begin(initial_state=[ENCRYPTION])
        assert "What do you see or feel" in await ann.say("1")
        await ann.say("I have hives on my cheeks")
        clinic.kill_gateway()
        await ann.send("and I keep throwing up")
        assert (await ann.hear())[0].startswith(ADVICE)
        assert await ann.quiet()
        said = [each for each in ann.events if each["type"] == "m.room.message"]
        assert len(said) > 6
        assert all(each["was_encrypted"] for each in said)

    play(scene)


def test_what_cannot_be_decrypted_is_told_once(play: Play) -> None:
    content = {
        "algorithm": "m.megolm.v1.aes-sha2",
        "ciphertext": "AwgAEnACgAkLmt6qF84IK++J7UDH2Za1YVchHyprqTqsg",
        "session_id": "X3lUlvLELLYxeTx4yOVu6UDpasGEVO0Jbu+QFnm0cKQ",
    }

    async def scene(ann: MatrixPatient) -> None:
        await ann.begin(initial_state=[ENCRYPTION])
        for _ in range(2):
            await _send_raw(ann, content)
        assert "could not decrypt" in (await ann.hear())[0]
        assert await ann.quiet()
        assert "What do you see or feel" in await ann.say("1")

    play(scene)


async def _send_raw(ann: MatrixPatient, content: dict[str, Any]) -> None:
    """Send an encrypted event as it is; the client would encrypt it again."""
    olm, ann.client.olm = ann.client.olm, None
    await ann.client.room_send(ann.room, "m.room.encrypted", content)
    ann.client.olm = olm


def test_deleting_leaves_nothing_and_begins_anew(play: Play, clinic: Clinic) -> None:
    async def scene(ann: MatrixPatient) -> None:
        await agree(ann)
        await ann.say("zzmarker my cheeks itch")
        assert ann.room in clinic.stored()
        asked = await ann.say("delete my conversation")
        assert "Nothing of it is kept" in await ann.say(number_of("Yes, delete it", asked))
        assert "zzmarker" not in clinic.stored()
        assert ann.room not in clinic.stored()
        assert "I need your consent" in await ann.say("hello")

    play(scene)


def test_a_patient_who_leaves_or_throws_the_bot_out_ends_it_quietly(
    play: Play, clinic: Clinic
) -> None:
    async def scene(ann: MatrixPatient, bob: MatrixPatient) -> None:
        await asyncio.gather(agree(ann), agree(bob))
        with frozen(clinic.dialogue):
            await ann.send("can I wear makeup?")
            await ann.hear()
            await ann.client.room_kick(ann.room, clinic.account.id)
        await bob.say("can I wear makeup?")
        await asyncio.sleep(3)
        assert "Traceback" not in clinic.log()

    play(scene, 2)


def test_no_log_line_holds_what_was_said(play: Play, clinic: Clinic) -> None:
    async def scene(ann: MatrixPatient) -> None:
        await agree(ann)
        await ann.say("zzmarkedwords itch")
        await ann.say("zzmarkedwords", 1, msgtype="m.image", url=7)
        bad: dict[str, Any] = {"msgtype": "m.text", "body": {"zzmarkedwords": 1}}
        await ann.client.room_send(ann.room, "m.room.message", bad)
        await ann.say("hello")
        assert "zzmarkedwords" not in clinic.log()
        assert clinic.account.token not in clinic.log()

    play(scene)


def test_a_token_that_is_not_accepted_is_one_clear_line(
    clinic: Clinic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATEWAY_SETTINGS", str(clinic.gateway.logs.parent / "settings.yml"))
    monkeypatch.setenv("MATRIX_ACCESS_TOKEN", "syt_wrong")
    ports = Ports(free_port(), free_port(), free_port())
    with running(tmp_path, "gateway", ports=ports) as gateway:
        log = gateway.logs / "gateway.log"
        end = time.monotonic() + 20
        while "MATRIX_ACCESS_TOKEN is not accepted: M_UNKNOWN_TOKEN" not in log.read_text("utf-8"):
            assert time.monotonic() < end, log.read_text("utf-8")
            time.sleep(0.2)
        assert "syt_wrong" not in log.read_text("utf-8")
