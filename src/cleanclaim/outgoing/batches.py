"""Claims to files: one for each receiver, payer and form, with only claims that the validator takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from cleanclaim.config.sending import End, Receiver, Sending, SendTo, Submitter
from cleanclaim.errors import ConfigError
from cleanclaim.outgoing.needs import CONFIG
from cleanclaim.x12.validate import validate
from cleanclaim.x12.write.claims837 import Batch, Partner, Writing, Written, write_file
from cleanclaim.x12.write.claims837.model import Claim, Contact
from cleanclaim.x12.write.control import Numbers
from cleanclaim.x12.write.envelope import Party

_TRIAL = Numbers(1, 1, 1)
_ROUNDS = 50
_SHOWN = 5


@dataclass(frozen=True)
class Outgoing:
    """A batch that can go out, with the payer it is for."""

    payer: str
    form: str
    batch: Batch


@dataclass(frozen=True)
class Ready:
    """The batches that can go out, and why other claims cannot: messages by (claim number, payer)."""

    batches: tuple[Outgoing, ...]
    refused: Mapping[tuple[str, str], tuple[str, ...]]


def sender(sending: Sending) -> Submitter:
    """Return who sends; ConfigError where that, a receiver or the billing provider is not configured."""
    for value, section, what in (
        (sending.submitter, "submitter", "who sends the claims"),
        (sending.receivers, "receivers.NAME", "who receives them"),
        (sending.billing, "billing", "who is to be paid"),
    ):
        if not value:
            raise ConfigError(f"the section is missing: it says {what} ({CONFIG})", field=section)
    assert sending.submitter is not None
    return sending.submitter


def ready(claims: Iterable[tuple[str, Claim]], sending: Sending, at: datetime) -> Ready:
    """Return the batches of claims, each with the key of its payer; ``at`` is when the files say they were written."""
    grouped: dict[tuple[str, str, str], list[Claim]] = {}
    for payer, claim in claims:
        form = "professional" if claim.facility is None else "institutional"
        grouped.setdefault((_receiver(sending, payer), payer, form), []).append(claim)
    batches: list[Outgoing] = []
    refused: dict[tuple[str, str], tuple[str, ...]] = {}
    for (receiver, payer, form), listed in grouped.items():
        send = sending.payers[payer]
        batch, reasons = _clean(_batch(sending, sending.receivers[receiver], send, form, listed, at))
        refused |= {(claim, payer): tuple(messages) for claim, messages in reasons.items()}
        if batch.claims:
            batches.append(Outgoing(send.name, form, batch))
    return Ready(tuple(batches), refused)


def _receiver(sending: Sending, payer: str) -> str:
    name = sending.payers[payer].receiver
    if name is not None:
        return name
    if len(sending.receivers) > 1:
        raise ConfigError(
            f"there are several receivers: say which one ({', '.join(sending.receivers)}) ({CONFIG})",
            field=f"payers.{payer}.send.receiver",
        )
    return next(iter(sending.receivers))


def _batch(
    sending: Sending, receiver: Receiver, send: SendTo, form: str, claims: Sequence[Claim], at: datetime
) -> Batch:
    submitter = sender(sending)
    return Batch(
        submitter=_partner(submitter.end),
        contact=Contact(submitter.contact, submitter.phone, submitter.fax, submitter.email),
        receiver=_partner(receiver.end),
        version=send.professional if form == "professional" else send.institutional,
        usage=submitter.usage,
        written_at=at,
        claims=tuple(claims),
        writing=_writing(receiver),
    )


def _writing(receiver: Receiver) -> Writing:
    element, component, repetition, terminator = tuple(receiver.delimiters)
    return Writing(element, component, repetition, terminator, receiver.charset)


def _partner(end: End) -> Partner:
    return Partner(end.name, end.id, Party(end.interchange_qualifier, end.interchange_id, end.group_id))


def _clean(batch: Batch) -> tuple[Batch, dict[str, list[str]]]:
    """Return the batch without the claims that would be refused, and why those would be."""
    refused: dict[str, list[str]] = {}
    for _ in range(_ROUNDS):
        if not batch.claims:
            break
        found = _refused(write_file(batch, _TRIAL))
        if not found:
            return batch, refused
        refused |= found
        batch = replace(batch, claims=tuple(claim for claim in batch.claims if claim.id not in found))
    return replace(batch, claims=()), refused


def _refused(written: Written) -> dict[str, list[str]]:
    """Return, for each claim that cannot go out as written, what is wrong with it."""
    wrong = [(fault.segment, f"{fault.element} {fault.message}") for fault in written.faults]
    if not wrong:
        problems = validate(written.content).problems.select("position", "segment", "element", "loop", "message")
        wrong = [
            (position, f"{element or segment} (loop {loop}): {message}")
            for position, segment, element, loop, message in problems.iter_rows()
        ]
    refused: dict[str, list[str]] = {}
    for segment, message in wrong:
        claims = written.concerned(segment)
        if not claims:
            raise ConfigError(f"the head of the file cannot be written: {message} ({CONFIG})", field="submitter")
        for claim in claims:
            messages = refused.setdefault(claim, [])
            if message not in messages and len(messages) < _SHOWN:
                messages.append(message)
    return refused
