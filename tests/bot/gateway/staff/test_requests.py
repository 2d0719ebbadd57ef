"""Requests to hear from the clinic in the inbox: whom to call, and what was not delivered."""

import pytest

from bot.gateway.handover.requests import DeliveryState, Requests, Status
from bot.gateway.staff.accounts import Role
from bot.gateway.staff.cases import Cases

from .conftest import House, asked

CASE = "/staff/conversations/web-1"


@pytest.fixture
def requests(house: House) -> Requests:
    return Requests(house.door.storage.engine, house.now)


def test_a_request_makes_a_case_with_a_way_to_reach_the_patient(house: House) -> None:
    house.patient("hello")
    request = asked(house, "web-1", "urgent")
    staff = house.somebody(Role.VIEWER)
    listed = staff.get("/staff").text
    for words in (request.reference, "Anna", "wants to hear from the clinic", "Be seen today"):
        assert words in listed
    page = staff.get(CASE).text
    assert '<a href="tel:+447700900123">07700 900123</a>' in page
    assert '<a href="mailto:anna%40clinic.example">anna@clinic.example</a>' in page
    assert request.reference in page


def test_a_reference_leads_to_its_conversation(house: House) -> None:
    house.patient("hello")
    request = asked(house, "web-1")
    staff = house.somebody(Role.VIEWER)
    for written in (request.reference, request.reference.lower()):
        assert staff.get(f"/staff/requests/{written}").headers["location"] == CASE
    assert staff.get("/staff/requests/AAA-AAA").status_code == 404
    away = house.browser().get(f"/staff/requests/{request.reference}")
    assert away.headers["location"] == f"/staff/login?next=/staff/requests/{request.reference}"


def test_the_most_urgent_of_request_and_result_counts(house: House) -> None:
    for name, disposition in (("web-1", None), ("web-2", "emergency"), ("web-3", "self_care")):
        house.patient("hello", name=name)
        asked(house, name, disposition)
    asked(house, "web-3", "urgent")
    listed = Cases(house.door.storage).listed()
    assert [(case.conversation, case.disposition) for case in listed] == [
        ("web-2", "emergency"),
        ("web-3", "urgent"),
        ("web-1", None),
    ]


def test_a_second_request_makes_it_new_again(house: House) -> None:
    cases = Cases(house.door.storage)
    house.patient("hello")
    asked(house, "web-1")
    cases.set_status("web-1", Status.DONE)
    asked(house, "web-1")
    case = cases.case("web-1")
    assert case
    assert (case.status, len(case.requests)) == (Status.NEW, 2)
    assert [each.status for each in case.requests] == [Status.DONE, Status.NEW]
    cases.take_up("web-1", "staff")
    assert [each.status for each in cases.case("web-1").requests] == [Status.OPEN, Status.OPEN]


def test_what_was_not_delivered_is_seen_and_delivered_again(
    house: House, requests: Requests
) -> None:
    house.patient("hello")
    request = asked(house, "web-1", to=("email", "webhook"))
    staff = house.somebody(Role.STAFF)
    assert "not delivered" not in staff.get("/staff").text
    mail, webhook = requests.deliveries(request.id)
    requests.not_delivered(mail, "timeout", 3600)
    requests.not_delivered(webhook, "status 500", None)
    for path in ("/staff", CASE):
        page = staff.get(path).text
        assert "E-mail: not delivered after 1 try (timeout); tried again" in page
        assert "The webhook: not delivered after 1 try (status 500); given up." in page
    assert "2 not delivered by e-mail and webhook" in staff.get("/staff/list").text
    assert "Deliver again now" not in house.somebody(Role.VIEWER).get(CASE).text
    staff.post(f"{CASE}/deliver", on=CASE)
    assert house.log()[-1] == ("staff", "delivers_again", "web-1")
    assert {each.id for each in (*requests.due("email"), *requests.due("webhook"))} == {
        mail.id,
        webhook.id,
    }
    requests.delivered(mail)
    requests.delivered(webhook)
    staff.post(f"{CASE}/deliver", on=CASE)
    assert {each.state for each in requests.deliveries(request.id)} == {DeliveryState.DONE}
    assert "not delivered" not in staff.get("/staff").text + staff.get(CASE).text


def test_a_mail_that_some_did_not_get_is_seen_and_delivered_again(
    house: House, requests: Requests
) -> None:
    house.patient("hello")
    request = asked(house, "web-1", to=("email",))
    (mail,) = requests.deliveries(request.id)
    requests.delivered(mail, "1 of 2 recipients refused")
    staff = house.somebody(Role.STAFF)
    for path in ("/staff", CASE):
        assert "E-mail: delivered, but 1 of 2 recipients refused." in staff.get(path).text
    assert "1 not delivered to everybody by e-mail" in staff.get("/staff").text
    staff.post(f"{CASE}/deliver", on=CASE)
    assert [each.id for each in requests.due("email")] == [mail.id]
