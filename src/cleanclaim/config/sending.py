"""Who sends claims, for whom and to whom, as ``cleanclaim.toml`` writes them: what an 837 says beside the services."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from cleanclaim.codes import npi as npis
from cleanclaim.codes.payers.toml import Key, shown
from cleanclaim.config.names import folded

PLACE = ("street", "street_2", "city", "state", "zip")
PERSON = ("last_name", "first_name", "middle_name", "suffix")
_END = ("name", "id", "interchange_qualifier", "interchange_id", "group_id")
_SUBMITTER = (*_END, "contact", "phone", "fax", "email", "usage", "first_control_number")
_RECEIVER = (*_END, "charset", "delimiters")
_BILLING = ("name", *PERSON, "npi", "tax_id", "tax_id_kind", "taxonomy", *PLACE, "phone", "pay_to")
_SIGNED = ("signature_on_file", "accepts_assignment", "benefits_assigned", "release_signed")
SEND = ("name", "id", "filing_indicator", "receiver", "professional", "institutional", "accepts_assignment", *PLACE)
"""Keys of ``[payers.NAME.send]``."""
KEYS = frozenset((*_SUBMITTER, *_RECEIVER, *_BILLING, *_SIGNED, *SEND))
"""All keys of the tables that are read here."""
VERSIONS = {
    "professional": {"A1": "005010X222A1", "A2": "005010X222A2"},
    "institutional": {"A2": "005010X223A2", "A3": "005010X223A3"},
}
"""The versions of the guides that can be written, by the ending that the configuration names; the first is usual."""


@dataclass(frozen=True, slots=True)
class Place:
    """A postal address in the United States; ``zip`` has five or nine digits."""

    street: str
    city: str
    state: str
    zip: str
    street_2: str | None = None


@dataclass(frozen=True, slots=True)
class Name:
    """A person's name."""

    last: str
    first: str | None = None
    middle: str | None = None
    suffix: str | None = None


@dataclass(frozen=True, slots=True)
class End:
    """One end of the exchange: names in the file and in its envelope. What is None is not stated."""

    name: str
    id: str
    interchange_qualifier: str
    interchange_id: str
    group_id: str


@dataclass(frozen=True, slots=True)
class Submitter:
    """Who sends: ``usage`` P (production) or T (test)."""

    end: End
    contact: str
    usage: str
    phone: str | None = None
    fax: str | None = None
    email: str | None = None
    first_control_number: int = 1


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who receives, and how it wants files written: ``delimiters`` of element, component, repetition and segment."""

    end: End
    charset: str = "extended"
    delimiters: str = "*:^~"


@dataclass(frozen=True, slots=True)
class BillingProvider:
    """Who is to be paid: an organization's ``name``, or a ``person``; ``tax_id_kind`` ein or ssn.

    The last four are what the practice attests of all its claims, None where it does not.
    """

    name: str | None
    person: Name | None
    npi: str
    tax_id: str
    place: Place
    tax_id_kind: str = "ein"
    taxonomy: str | None = None
    phone: str | None = None
    pay_to: Place | None = None
    signature_on_file: bool | None = None
    accepts_assignment: bool | None = None
    benefits_assigned: bool | None = None
    release_signed: bool | None = None


@dataclass(frozen=True, slots=True)
class SendTo:
    """How a payer stands in an 837: ``receiver`` None is the only one; versions are whole, such as 005010X222A1."""

    name: str
    id: str
    filing_indicator: str | None = None
    receiver: str | None = None
    professional: str = "005010X222A1"
    institutional: str = "005010X223A2"
    accepts_assignment: bool | None = None
    place: Place | None = None


@dataclass(frozen=True)
class Sending:
    """All that a configuration says for writing claims; ``payers`` by the first name of their table, in small letters,
    ``physicians`` by NPI."""

    submitter: Submitter | None = None
    receivers: Mapping[str, Receiver] = field(default_factory=dict)
    billing: BillingProvider | None = None
    payers: Mapping[str, SendTo] = field(default_factory=dict)
    physicians: Mapping[str, Name] = field(default_factory=dict)


def read_sending(top: Mapping[str, object], key: Key) -> Sending:
    """Return what the sections of a configuration say for writing claims; ConfigError naming the key at fault.

    >>> sending = read_sending({"payers": {"Acme": {"send": {"id": "60054"}}}}, Key("cleanclaim.toml"))
    >>> sending.payers["acme"].professional
    '005010X222A1'
    """
    receivers = {
        (key / "receivers" / name).text(name): _receiver(value, key / "receivers" / name)
        for name, value in (key / "receivers").table(top.get("receivers", {})).items()
    }
    tables = (key / "payers").table(top.get("payers", {}))
    payers = {}
    for name, value in tables.items():
        place = key / "payers" / name
        table = place.table(value)
        if "send" in table:
            payers[folded(name)] = _send_to(name, table["send"], place / "send", tuple(receivers))
    return Sending(
        submitter=_submitter(top["submitter"], key / "submitter") if "submitter" in top else None,
        receivers=receivers,
        billing=_billing(top["billing"], key / "billing") if "billing" in top else None,
        payers=payers,
        physicians=_physicians(top.get("physicians", {}), key / "physicians"),
    )


def _submitter(given: object, place: Key) -> Submitter:
    table = place.table(given, _SUBMITTER)
    _require(table, place, "name", "id", "contact", "usage")
    ways = {way: _text(table, place, way) for way in ("phone", "fax", "email")}
    if not any(ways.values()):
        raise place.error("phone, fax or email is missing; receivers want to know how to reach the contact")
    usage = (place / "usage").choice(table["usage"], ("production", "test"))
    first = table.get("first_control_number", 1)
    return Submitter(
        end=_end(table, place),
        contact=(place / "contact").text(table["contact"]),
        usage="P" if usage == "production" else "T",
        first_control_number=(place / "first_control_number").whole(first, 1, 999_999_999),
        **ways,
    )


def _receiver(given: object, place: Key) -> Receiver:
    table = place.table(given, _RECEIVER)
    _require(table, place, "name", "id")
    charset = (place / "charset").choice(table.get("charset", "extended"), ("basic", "extended"))
    delimiters = (place / "delimiters").text(table.get("delimiters", "*:^~"))
    if len(set(delimiters)) != 4 or len(delimiters) != 4 or any(c.isalnum() or c.isspace() for c in delimiters):
        raise (place / "delimiters").error(
            'expected four different signs, for elements, components, repetitions and segments, such as "*:^~"'
        )
    if not (delimiters.isascii() and delimiters.isprintable()):
        raise (place / "delimiters").error("expected signs of plain ASCII")
    return Receiver(_end(table, place), charset, delimiters)


def _end(table: Mapping[str, object], place: Key) -> End:
    own = (place / "id").text(table["id"])
    qualifier = _form(table, "interchange_qualifier", place, r"[0-9A-Z]{2}", "two characters, such as ZZ or 30")
    return End(
        name=(place / "name").text(table["name"]),
        id=own,
        interchange_qualifier=qualifier or "ZZ",
        interchange_id=_form(table, "interchange_id", place, r"[!-~][ -~]{0,14}", "1 to 15 characters") or own[:15],
        group_id=_form(table, "group_id", place, r"[!-~]{2,15}", "2 to 15 characters") or own[:15],
    )


def _billing(given: object, place: Key) -> BillingProvider:
    table = place.table(given, (*_BILLING, *_SIGNED))
    _require(table, place, "npi", "tax_id")
    person = read_name(table, place)
    if (person is None) == ("name" not in table):
        raise place.error("give either name, of an organization, or last_name and first_name, of a person")
    at = read_place(table, place)
    if at is None:
        raise place.error("the address is missing: street, city, state and zip")
    if len(at.zip) != 9:
        raise (place / "zip").error("expected nine digits: payers want the full ZIP code of a billing provider")
    number = _form(table, "tax_id", place, r"\d{2}-?\d{7}|\d{3}-\d{2}-\d{4}", "nine digits in quotes") or ""
    kind = (place / "tax_id_kind").choice(table.get("tax_id_kind", "ein"), ("ein", "ssn"))
    signed = {name: (place / name).flag(table[name]) for name in _SIGNED if name in table}
    pay_to = read_place((place / "pay_to").table(table.get("pay_to", {}), PLACE), place / "pay_to")
    return BillingProvider(
        name=_text(table, place, "name"),
        person=person,
        npi=read_npi(table, "npi", place) or "",
        tax_id=number.replace("-", ""),
        place=at,
        tax_id_kind=kind,
        taxonomy=_form(table, "taxonomy", place, r"[0-9A-Z]{9}X", 'ten letters and digits, such as "261QP2000X"'),
        phone=_text(table, place, "phone"),
        pay_to=pay_to,
        **signed,
    )


def _send_to(name: str, given: object, place: Key, receivers: tuple[str, ...]) -> SendTo:
    table = place.table(given, SEND)
    _require(table, place, "id")
    receiver = None
    if "receiver" in table:
        if not receivers:
            raise (place / "receiver").error("no receiver is configured; add a [receivers.NAME] table")
        receiver = (place / "receiver").choice(table["receiver"], receivers)
    versions = {}
    for form, known in VERSIONS.items():
        ending = (place / form).choice(table[form], tuple(known)) if form in table else next(iter(known))
        versions[form] = known[ending]
    assignment = table.get("accepts_assignment")
    return SendTo(
        name=(place / "name").text(table.get("name", name)),
        id=(place / "id").text(table["id"]),
        filing_indicator=_form(table, "filing_indicator", place, r"[0-9A-Z]{2}", "two characters, such as MB or CI"),
        receiver=receiver,
        accepts_assignment=None if assignment is None else (place / "accepts_assignment").flag(assignment),
        place=read_place(table, place),
        **versions,
    )


def _physicians(given: object, key: Key) -> dict[str, Name]:
    found: dict[str, Name] = {}
    for name, value in key.table(given).items():
        place = key / name
        table = place.table(value, ("npi", *PERSON))
        number = read_npi(table, "npi", place) or (name if npis.is_valid(name) else None)
        if number is None:
            raise place.error("npi is missing")
        who = read_name(table, place)
        if who is None:
            raise place.error("last_name is missing")
        if found.setdefault(number, who) != who:
            raise place.error("another physician has the same NPI and another name")
    return found


def read_place(table: Mapping[str, object], place: Key) -> Place | None:
    """Return the address in a table; None where it has none. ConfigError where a part of it is missing."""
    if not any(name in table for name in PLACE):
        return None
    _require(table, place, "street", "city", "state", "zip")
    state = _form(table, "state", place, r"[A-Z]{2}", 'two letters, such as "IL"') or ""
    code = _form(table, "zip", place, r"\d{5}(-?\d{4})?", "five or nine digits in quotes") or ""
    return Place(
        street=(place / "street").text(table["street"]),
        city=(place / "city").text(table["city"]),
        state=state,
        zip=code.replace("-", ""),
        street_2=_text(table, place, "street_2"),
    )


def read_name(table: Mapping[str, object], place: Key) -> Name | None:
    """Return the person's name in a table; None where it has none."""
    if not any(name in table for name in PERSON):
        return None
    _require(table, place, "last_name")
    last, first, middle, suffix = (_text(table, place, name) for name in PERSON)
    return Name(last or "", first, middle, suffix)


def read_npi(table: Mapping[str, object], name: str, place: Key) -> str | None:
    """Return an NPI; ConfigError where it has not ten digits or its check digit is wrong."""
    number = _form(table, name, place, r"\d{10}", "the NPI's ten digits in quotes")
    if number is not None and not npis.is_valid(number):
        raise (place / name).error(f"{shown(number)} fails the NPI check digit; correct the number")
    return number


def _text(table: Mapping[str, object], place: Key, name: str) -> str | None:
    return (place / name).text(table[name]) if name in table else None


def _form(table: Mapping[str, object], name: str, place: Key, form: str, wanted: str) -> str | None:
    if name not in table:
        return None
    return (place / name).form(table[name], lambda text: re.fullmatch(form, text, re.ASCII) is not None, wanted)


def _require(table: Mapping[str, object], place: Key, *names: str) -> None:
    for name in names:
        if name not in table:
            raise place.error(f"{name} is missing")
