"""Reports that this program wrote earlier: known by their content, so that a folder that holds some can be checked."""

from __future__ import annotations

import re

from cleanclaim.errors import CleanclaimError
from cleanclaim.intake.archives import opened, part
from cleanclaim.intake.content import Content

_TABLE = re.compile(
    rb'"?rule"?[,;\t]"?name"?[,;\t]"?severity"?[,;\t]"?claim"?[,;\t]"?visit"?[,;\t]"?line"?[,;\t]"?dos"?'
)
_PAGE = b'<meta name="generator" content="cleanclaim'
_TEXT = re.compile(
    rb"^(?:  [A-Z]\d{3} [a-z0-9]+(?:-[a-z0-9]+)+(?:  |$)|Checked [\d,]+ claim lines? in [\d,]+ visit)", re.M
)
# white space is taken out before these are looked for
_DOCUMENTS = (
    b'{"findings":[',
    b'{"checked":{"lines":',
    b'{"old":{"file":',
    b'{"error":{"code":',
    b'{"kind":"cleanclaimbaseline"',
    *(b'{"kind":"%s"' % kind for kind in (b"finding", b"suppressed", b"not_checked", b"unreadable", b"summary")),
)
_LOG = b'"driver":{"name":"cleanclaim"'
_PROPERTIES = "docProps/core.xml"
MARK = "cleanclaim report"
"""The keyword that a report's workbook carries among its properties."""
_MOST_PROPERTIES = 1 << 16


def is_own_report(content: Content) -> bool:
    """Return whether a file is a report, a baseline or a comparison that this program wrote.

    >>> is_own_report(Content("march.csv", held=b"rule,name,severity,claim,visit,line,dos,payer\\n"))
    True
    >>> is_own_report(Content("march.csv", held=b"claim,visit,dos,code\\n"))
    False
    """
    head = content.head()
    if head.startswith(b"PK\x03\x04"):
        return _is_own_workbook(content)
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"{"):
        dense = b"".join(text.split())
        return dense.startswith(_DOCUMENTS) or _LOG in dense
    return _TABLE.match(text) is not None or _PAGE in text or _TEXT.search(head) is not None


def _is_own_workbook(content: Content) -> bool:
    try:
        with opened(content) as archive, part(archive, content.name, _PROPERTIES) as stream:
            return f"<cp:keywords>{MARK}</cp:keywords>".encode() in stream.read(_MOST_PROPERTIES)
    except CleanclaimError:
        return False
