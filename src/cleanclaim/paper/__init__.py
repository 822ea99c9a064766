"""Claims as pages that people hold: data for preprinted forms, and a plain reading beside the X12."""

from cleanclaim.paper.claims import Claim, ClaimFile, Loop, Segment
from cleanclaim.paper.fill import Notice, Printed, print_claims
from cleanclaim.paper.reading import reading_parts
from cleanclaim.paper.sheet import alignment_pdf, overlay_pdf

__all__ = ["Claim", "ClaimFile", "Loop", "Notice", "Printed", "Segment", "alignment_pdf", "overlay_pdf"]
__all__ += ["print_claims", "reading_parts"]
