"""The answers to a file that was received and validated: TA1, 999 and 277CA."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from cleanclaim.x12.stretches import Source
from cleanclaim.x12.validate import Validation
from cleanclaim.x12.write import acknowledgment999, interchange_ta1, status277
from cleanclaim.x12.write.envelope import Cover, group, interchange, transaction_set
from cleanclaim.x12.write.received import received
from cleanclaim.x12.write.verdicts import InterchangeVerdict, verdicts

_CLAIMS = ("837P", "837I")


TA1, ACK999, STATUS277 = "TA1", "999", "277CA"
KINDS = (TA1, ACK999, STATUS277)


@dataclass(frozen=True)
class Answers:
    """The answers to a file: ``files`` has their bytes by kind (TA1, 999, 277CA).

    A kind that has nothing to say is in ``reasons`` in place of it. Each interchange received is answered by one of its
    own, from its receiver to its sender.
    """

    files: dict[str, bytes]
    reasons: dict[str, str]


def answers(
    source: Source, found: Validation, made: datetime, numbers: Iterator[int], kinds: Iterable[str] = KINDS
) -> Answers:
    """Return the answers to a file, given its path or its bytes, and its validation.

    ``made`` is the time that they say, ``numbers`` gives the control numbers of interchanges (ISA13), one for each that
    is written. A TA1 answers every interchange, but for those of TA1s alone; a 999 every group of claims, payments and
    the like in those whose envelope is in order; a 277CA every 837 that the 999 accepts. Raises InputError where the
    validation has more problems than it lists.

    >>> isa = b"ISA*00*          *00*          *ZZ*A              *ZZ*B              "
    >>> isa += b"*260401*0930*^*00501*000000001*0*P*:~"
    >>> st = b"GS*HP*AA*BB*20260401*0930*1*X*005010X221A1~ST*835*0001~SE*2*0001~GE*1*1~IEA*1*000000001~"
    >>> from cleanclaim.x12.validate import validate
    >>> answer = answers(isa + st, validate(isa + st), datetime(2026, 4, 2, 8, 0), iter([9, 10]), ["999", "277CA"])
    >>> print(answer.files["999"].decode()[107:].split("IK3")[0], end="")
    GS*FA*BB*AA*20260402*0800*9*X*005010X231A1~
    ST*999*0001*005010X231A1~
    AK1*HP*1*005010X221A1~
    AK2*835*0001~
    >>> answer.reasons
    {'277CA': 'no 837 whose form is accepted'}
    """
    judged = [one for one in verdicts(found, received(source)) if one.of.groups or not one.of.answers]
    files, reasons = {}, {}
    for kind in kinds:
        write, reason = _WAYS[kind]
        content = b"".join(write(verdict, made, numbers) for verdict in judged)
        if content:
            files[kind] = content
        else:
            reasons[kind] = reason
    return Answers(files, reasons)


def _ta1(verdict: InterchangeVerdict, made: datetime, numbers: Iterator[int]) -> bytes:
    cover = interchange_ta1.cover_of(verdict, made, next(numbers))
    return interchange(cover, answers=[interchange_ta1.answer(verdict, made)])


def _ack999(verdict: InterchangeVerdict, made: datetime, numbers: Iterator[int]) -> bytes:
    answered = [one for one in verdict.groups if one.of.head.at(1) in acknowledgment999.ANSWERED]
    if not verdict.accepted or not answered:
        return b""
    bodies = [acknowledgment999.body(one) for one in answered]
    return _of_sets("999", acknowledgment999.VERSION, interchange_ta1.cover_of(verdict, made, next(numbers)), bodies)


def _status277(verdict: InterchangeVerdict, made: datetime, numbers: Iterator[int]) -> bytes:
    held = [own for one in verdict.groups if not one.codes for own in one.sets]
    answered = [own for own in held if own.accepted and own.kind in _CLAIMS]
    if not verdict.accepted or not answered:
        return b""
    cover = interchange_ta1.cover_of(verdict, made, next(numbers))
    bodies = [status277.body(own, made, f"{cover.control:09}{n:04}") for n, own in enumerate(answered, 1)]
    return _of_sets("277", status277.VERSION, cover, bodies)


def _of_sets(kind: str, version: str, cover: Cover, bodies: Sequence[Sequence[str]]) -> bytes:
    """Return an interchange of one group that holds these sets; its control number is the group's too."""
    sets = [transaction_set(kind, version, number, body) for number, body in enumerate(bodies, 1)]
    return interchange(cover, [group(kind, version, cover, cover.control, sets)])


_WAYS: dict[str, tuple[Callable[[InterchangeVerdict, datetime, Iterator[int]], bytes], str]] = {
    TA1: (_ta1, "no interchange"),
    ACK999: (_ack999, "no group that it answers in an interchange whose envelope is in order (see the TA1)"),
    STATUS277: (_status277, "no 837 whose form is accepted"),
}
