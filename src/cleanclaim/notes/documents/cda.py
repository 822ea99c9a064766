"""The text of a C-CDA document: its sections with their headings, as a reader of the document sees them.

HL7 Clinical Document Architecture, Release 2: ``ClinicalDocument/component/structuredBody/component/section`` with
``title`` and the narrative ``text`` of lists, tables and paragraphs; ``effectiveTime`` of the encounter or document;
``legalAuthenticator`` with ``signatureCode`` S for a document that was signed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from xml.parsers import expat

from cleanclaim.errors import UnreadableFile, UnsupportedFile
from cleanclaim.notes.documents.document import LONGEST, Document, whole

_DEEPEST = 200
_LINE_ENDS = frozenset({"paragraph", "item", "tr", "br", "caption", "title", "list", "table"})
_CELLS = frozenset({"td", "th"})
_SIGNED = "S"
_DAY = re.compile(r"[0-9]{8}")


def document_of_cda(held: bytes, name: str) -> Document | None:
    """Return the note of a CDA document; None where the bytes are XML or HTML of another kind.

    Raises UnsupportedFile for a document type declaration (entities could unfold without end), for one nested too
    deeply or with more text than a note; UnreadableFile for XML that breaks off or is not well formed.
    """
    taker = _Taker(name)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = taker.start
    parser.EndElementHandler = taker.end
    parser.CharacterDataHandler = taker.characters
    parser.StartDoctypeDeclHandler = taker.doctype
    try:
        parser.Parse(held, True)
    except expat.ExpatError as error:
        if taker.root != "ClinicalDocument":
            return None
        raise UnreadableFile(
            f"{name}: line {error.lineno}, column {error.offset}: the XML breaks off or is ill-formed; export it again"
        ) from None
    if taker.root != "ClinicalDocument":
        return None
    text = "\n".join(line for line in taker.lines() if line)
    if not text:
        raise UnsupportedFile(f"{name}: a CDA document without readable text; a scan inside it is not read")
    return Document(whole(text, name), "cda", dos=taker.day)


@dataclass
class _Taker:
    """What the parser hands over, kept: the path of open elements, and the words of sections and of who signed."""

    name: str
    path: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    length: int = 0
    root: str | None = None
    day: date | None = None
    signer: list[str] = field(default_factory=list)
    signed: bool = False
    signed_day: str = ""

    def doctype(self, *_: object) -> None:
        raise UnsupportedFile(f"{self.name}: a document type declaration; entities are not unfolded. Export it again")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        local = tag.rpartition(" ")[2]
        self.root = self.root or local
        self.path.append(local)
        if len(self.path) > _DEEPEST:
            raise UnsupportedFile(f"{self.name}: elements nested more than {_DEEPEST} deep; export it again")
        if local in _LINE_ENDS and self._in_section:
            self._take("\n")
        elif local in _CELLS and self._in_section:
            self._take("\t")
        elif local == "signatureCode" and "legalAuthenticator" in self.path:
            self.signed = attributes.get("code") == _SIGNED
        elif local == "time" and self.path[-2:-1] == ["legalAuthenticator"]:
            self.signed_day = attributes.get("value", "")[:8]
        elif local in ("effectiveTime", "low") and self._of_visit:
            self._take_day(attributes.get("value", ""))

    def end(self, tag: str) -> None:
        local = self.path.pop()
        if (local in _LINE_ENDS or local == "text") and (self._in_section or self.path[-1:] == ["section"]):
            self._take("\n")

    def characters(self, text: str) -> None:
        if self._in_section:
            self._take(re.sub(r"\s+", " ", text))
        elif self.path[-1:] and "legalAuthenticator" in self.path and "assignedPerson" in self.path:
            self.signer.append(text.strip())

    @property
    def _in_section(self) -> bool:
        """Whether the words at hand are read by people: a section's title, or its narrative."""
        path = self.path
        if path[-2:] == ["section", "title"]:
            return True
        return any(path[place : place + 2] == ["section", "text"] for place in range(len(path) - 1))

    @property
    def _of_visit(self) -> bool:
        return "encompassingEncounter" in self.path or (
            self.day is None and self.path[:2] == [self.root, "effectiveTime"]
        )

    def _take(self, text: str) -> None:
        self.length += len(text)
        if self.length > LONGEST:
            raise UnsupportedFile(f"{self.name}: more text than a note has; give one visit's note at a time")
        self.words.append(text)

    def _take_day(self, value: str) -> None:
        if _DAY.match(value):
            try:
                self.day = date(int(value[:4]), int(value[4:6]), int(value[6:8]))
            except ValueError:
                return

    def lines(self) -> list[str]:
        """Return the lines of the sections, then the authentication as the header states it."""
        lines = [re.sub(r" *\t *", "  ", line.strip(" \t")) for line in "".join(self.words).split("\n")]
        lines = [re.sub(r"  +", "  ", line).strip() for line in lines]
        signer = " ".join(part for part in self.signer if part)
        if self.signed and signer:
            lines.append(f"Electronically signed by {signer} {self.signed_day}".rstrip())
        return lines
