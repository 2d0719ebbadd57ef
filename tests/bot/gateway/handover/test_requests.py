"""Requests: stored once, listed by urgency, delivered until they arrive, deleted with the rest."""

import re

from bot.gateway.handover.requests import DeliveryState, Requests, Status, Why
from bot.gateway.storage import Storage

from .conftest import REACH, Clock, MakeWish


def test_a_request_is_stored_with_a_reference_that_can_be_read_out(
    requests: Requests, wish: MakeWish
) -> None:
    references = set()
    for _ in range(200):
        request = requests.add(wish())
        assert request
        references.add(request.reference)
    assert len(references) == 200
    assert all(re.fullmatch(r"[^01OILSBZGEUA]{3}-[^01OILSBZGEUA]{3}", each) for each in references)
    assert (request.status, request.why, request.reach) == (Status.NEW, Why.ASKED, REACH)


def test_what_was_agreed_to_once_is_stored_and_delivered_once(
    requests: Requests, wish: MakeWish
) -> None:
    agreed = wish()
    first, again = requests.add(agreed, ["email"]), requests.add(agreed, ["email"])
    assert first == again
    assert len(requests.due("email")) == 1


def test_the_most_urgent_comes_first_and_then_the_oldest(
    requests: Requests, wish: MakeWish, clock: Clock
) -> None:
    asked = ["contact", None, "urgent", "expected", "undetermined", "emergency", "urgent"]
    for disposition in asked:
        clock.seconds += 1
        requests.add(wish(disposition=disposition))
    listed = [(each.disposition, each.id) for each in requests.listed()]
    assert [number for _, number in listed] == [6, 3, 7, 1, 5, 2, 4]


def test_staff_set_where_a_request_is(requests: Requests, wish: MakeWish) -> None:
    request = requests.add(wish())
    assert request
    requests.set_status(request.id, Status.DONE)
    changed = requests.get(request.id)
    assert changed
    assert changed.status == Status.DONE
    assert requests.listed(Status.NEW, Status.OPEN) == []
    assert requests.listed(Status.DONE) == requests.of("web-1") == [changed]


def test_a_delivery_is_due_until_it_arrives(
    requests: Requests, wish: MakeWish, clock: Clock
) -> None:
    request = requests.add(wish(), ["email", "webhook"])
    assert request
    (mail,) = requests.due("email")
    requests.not_delivered(mail, "status 500", 60)
    assert requests.due("email") == []
    assert requests.next_at("email") == clock.seconds + 60
    clock.seconds += 60
    (again,) = requests.due("email")
    assert (again.id, again.attempts, again.last_error) == (mail.id, 1, "status 500")
    assert requests.troubled() == [again]
    requests.delivered(again)
    assert requests.due("email") == requests.troubled() == []
    assert requests.next_at("email") is None
    states = [each.state for each in requests.deliveries(request.id)]
    assert states == [DeliveryState.DONE, DeliveryState.PENDING]


def test_what_was_given_up_stays_visible_and_can_be_tried_again(
    requests: Requests, wish: MakeWish
) -> None:
    requests.add(wish(), ["email"])
    (mail,) = requests.due("email")
    requests.not_delivered(mail, "timeout", None)
    assert requests.due("email") == []
    assert [each.state for each in requests.troubled()] == [DeliveryState.FAILED]
    requests.retry(mail.id)
    assert len(requests.due("email")) == 1


def test_a_request_goes_with_its_conversation(
    requests: Requests, wish: MakeWish, storage: Storage
) -> None:
    agreed = wish()
    requests.add(agreed, ["email"])
    requests.add(wish("web-2"), ["email"])
    storage.erase(["web-1"])
    assert [each.conversation for each in requests.listed()] == ["web-2"]
    assert [each.conversation for each in requests.due("email")] == ["web-2"]
    assert requests.add(agreed) is None
