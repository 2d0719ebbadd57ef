"""Rasa's replies: put together, and refused when there are no words in them."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.gateway import dialogue
from bot.gateway.dialogue import Dialogue, DialogueError, together
from bot.stack import free_port


def test_words_buttons_and_custom_of_one_response_are_one_message() -> None:
    button = {"title": "None", "payload": "/none"}
    question = {"type": "question", "asks": []}
    reply = [
        {"recipient_id": "a", "text": "One."},
        {"recipient_id": "a", "text": "Two."},
        {"recipient_id": "a", "custom": {"type": "answer"}},
        {"recipient_id": "a", "text": "Three?", "buttons": [button]},
        {"recipient_id": "a", "custom": question},
    ]
    assert together(reply) == [
        {"text": "One.\n\nTwo.", "custom": {"type": "answer"}},
        {"text": "Three?", "buttons": [button], "custom": question},
    ]


@pytest.mark.parametrize(
    "reply", [[], {}, None, "text", ["text"], [{}], [{"text": " "}], [{"custom": {"type": "a"}}]]
)
def test_a_reply_without_words_is_an_error(reply: Any) -> None:
    with pytest.raises(DialogueError):
        together(reply)


async def _status(_: web.Request) -> web.Response:
    return web.json_response([{"text": "fine"}], status=500)


async def _no_json(_: web.Request) -> web.Response:
    return web.Response(text="not json", content_type="application/json")


async def _page(_: web.Request) -> web.Response:
    return web.Response(text="<html>", content_type="text/html")


async def _no_words(_: web.Request) -> web.Response:
    return web.json_response([])


async def _broken_off(request: web.Request) -> web.Response:
    assert request.transport
    request.transport.close()
    return web.Response()


async def _slow(_: web.Request) -> web.Response:
    await asyncio.sleep(1)
    return web.Response()


async def _elsewhere(_: web.Request) -> web.Response:
    raise web.HTTPTemporaryRedirect("/webhooks/rest/other")


async def _fine(_: web.Request) -> web.Response:
    return web.json_response([{"text": "fine"}])


@pytest.mark.parametrize(
    "answer", [_status, _no_json, _page, _no_words, _broken_off, _slow, _elsewhere]
)
def test_whatever_goes_wrong_is_a_dialogue_error(
    answer: Callable[[web.Request], Awaitable[web.Response]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dialogue, "ATTEMPT", 0.5)

    async def ask() -> None:
        application = web.Application()
        application.router.add_post("/webhooks/rest/webhook", answer)
        application.router.add_post("/webhooks/rest/other", _fine)
        async with TestServer(application, skip_url_asserts=True) as server:
            await _ask_in_vain(str(server.make_url("/")))

    asyncio.run(ask())


def test_a_reply_comes_back_word_for_word() -> None:
    async def ask() -> None:
        application = web.Application()
        application.router.add_post("/webhooks/rest/webhook", _fine)
        application.router.add_get("/webhooks/rest/", _fine)
        async with TestServer(application, skip_url_asserts=True) as server:
            client = Dialogue(str(server.make_url("")))
            assert await client.say("web-1", "hello", "1") == [{"text": "fine"}]
            assert await client.is_up()
            await client.close()

    asyncio.run(ask())


def test_a_dialogue_that_is_away_is_a_dialogue_error() -> None:
    asyncio.run(_ask_in_vain(f"http://127.0.0.1:{free_port()}/"))


async def _ask_in_vain(address: str) -> None:
    client = Dialogue(address)
    with pytest.raises(DialogueError) as error:
        await client.say("web-1", "my own words", "1")
    assert "my own words" not in str(error.value)
    assert not await client.is_up()
    await client.close()
