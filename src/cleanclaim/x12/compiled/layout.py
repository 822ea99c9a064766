"""Where the compiled pass keeps what: places in its state, and the columns of its tables.

numba notices a change of the file that a compiled function is in, but not of this one: after a change here, remove what
it has kept.
"""

from __future__ import annotations

import numpy as np

# places in the state: where the pass is
(KIND, ROW, CLAIM, LINE, OPEN, SEEN, HEAP, STOP, IN_SET, OUTER, HEADED) = range(11)
# the delimiters; where in the output each table begins, and for how many rows there is room
(ELEMENT, COMPONENT, TERMINATOR, CLAIM_TEXTS, CLAIM_NUMBERS, CLAIM_ROOM) = range(11, 17)
(LINE_TEXTS, LINE_NUMBERS, LINE_ROOM, OUTER_ROWS, OUTER_ROOM, HEAP_ROOM) = range(17, 23)
# what to add to a row, a place and a claim to get its number, offset and number in the file
TO_NUMBER, TO_OFFSET, TO_CLAIM = range(113, 116)
# row, start and stop of the segments of open loops; the texts of open loops; how many texts each column has
OPENED, HELD, CLAIMS_TOLD, LINES_TOLD, EDGES, STATE = 24, 60, 74, 92, 105, 116
INLINE = 12  # characters that a view of a text holds itself
NONE = np.iinfo(np.int64).min  # a number that is absent

TEXTS_OF_CLAIM = (
    *("claim_id", "place_of_service", "frequency", "original_reference", "prior_authorization", "rendering_npi"),
    *("rendering_taxonomy", "referring_npi", "facility_npi", "diagnoses", "patient_key", "billing_npi"),
    *("billing_taxonomy", "sequence", "filing_indicator", "payer_name", "payer_id", "subscriber_id"),
)
NUMBERS_OF_CLAIM = ("segment", "offset", "charge_cents", "claim_seq", "outer")
TEXTS_OF_LINE = (
    *("qualifier", "code", "modifier_1", "modifier_2", "modifier_3", "modifier_4", "unit_basis", "place_of_service"),
    *("pointers", "rendering_npi", "rendering_taxonomy", "referring_npi", "line_control"),
)
NUMBERS_OF_LINE = ("claim_seq", "segment", "offset", "line_number", "charge_cents", "units", "dos", "dos_last")

# places of columns
CLAIM_ID, PLACE, FREQUENCY, REFERENCE, AUTHORIZATION, RENDERING, TAXONOMY, REFERRING, FACILITY = range(9)
DIAGNOSES, PATIENT_KEY, FIRST_HELD = 9, 10, 11
# the texts of open loops, which a claim has from ``FIRST_HELD`` on
HELD_NPI, HELD_TAXONOMY, HELD_SEQUENCE, HELD_FILING, HELD_NAME, HELD_PAYER, HELD_MEMBER = range(7)
ALL_HELD = 7
ALL_OPENED = 12
LINE_COLUMNS = len(TEXTS_OF_LINE)
UNIT_BASIS, LINE_PLACE, POINTERS, LINE_RENDERING, LINE_TAXONOMY, LINE_REFERRING, CONTROL = range(6, 13)
COMPONENTS = 6
OF_CLAIM, THE_ROW, START, NUMBER, CHARGE, UNITS, DOS, DOS_LAST = range(8)
# the segments of open loops; then the loops that a segment may be in
BHT, BILLING, BILLER, SPECIALTY, SUBSCRIBER, PAYS, INSURED, BORN, PAYER, PATIENT, NAMED, PATIENT_BORN = range(12)
OTHER, HEADER, OF_BILLING, OF_SUBSCRIBER, OF_PATIENT, IN_CLAIM, IN_LINE = range(7)
SERVED = 1 << 10  # beside the columns that are taken already: the line has its SV1
UNIT_DECIMALS = 6
STOPS = 1 << 10  # terminators that are looked for at once
LONGEST = 1 << 16  # segment that is read
COMPOSITE = 64  # bytes of the longest composite element that is read
ISA_STOPS = (3, 6, 17, 20, 31, 34, 50, 53, 69, 76, 81, 83, 89, 99, 101, 103)


def _name(letters: str) -> int:
    """Return letters as the bytes of a number."""
    return int.from_bytes(letters.encode(), "little")


IS_ISA, IS_GS, IS_ST, IS_SE, IS_GE, IS_IEA, IS_TA1 = map(_name, ("ISA", "GS", "ST", "SE", "GE", "IEA", "TA1"))
IS_HL, IS_CLM, IS_LX, IS_SV1, IS_NM1, IS_REF, IS_DTP, IS_PRV, IS_SBR, IS_DMG, IS_HI, IS_BHT = map(
    _name, ("HL", "CLM", "LX", "SV1", "NM1", "REF", "DTP", "PRV", "SBR", "DMG", "HI", "BHT")
)
IS_85, IS_IL, IS_PR, IS_QC, IS_82, IS_DN, IS_77 = map(_name, ("85", "IL", "PR", "QC", "82", "DN", "77"))
IS_F8, IS_G1, IS_6R, IS_BI, IS_PE, IS_472 = map(_name, ("F8", "G1", "6R", "BI", "PE", "472"))
IS_20, IS_22, IS_23, IS_XX, IS_ABK, IS_ABF, IS_BK, IS_BF = map(
    _name, ("20", "22", "23", "XX", "ABK", "ABF", "BK", "BF")
)
