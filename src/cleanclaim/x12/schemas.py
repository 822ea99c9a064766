"""The tables that X12 files are read into, and their columns.

``segment`` is the number of the segment that makes a row, from 1 within the file, and ``offset`` its byte;
``interchange`` and ``transaction`` count from 1 within the file. ``claim_segment`` and ``service_segment`` are the
``segment`` of the claim and service that a row belongs to; ``source_segment``, ``receiver_segment`` and
``provider_segment`` of a tracking are those of the trackings of the levels that it stands in, or is. Amounts are cents;
null where the file has no such element, or one that cannot be read (told in ``problems``). ``patient_key`` and
``value`` must not be shown.
"""

from __future__ import annotations

import polars as pl

_TYPES = {"s": pl.String(), "i": pl.Int64(), "f": pl.Float64(), "d": pl.Date(), "b": pl.Boolean()}


def _schema(columns: str) -> pl.Schema:
    """Return a schema from names with the letter of their type; text where there is none."""
    pairs = (column.partition(":") for column in columns.split())
    return pl.Schema({name: _TYPES[letter or "s"] for name, _, letter in pairs})


_PLACE = "interchange:i transaction:i segment:i offset:i"
_PROCEDURE = "qualifier code modifier_1 modifier_2 modifier_3 modifier_4"

SETS = _schema(f"{_PLACE} type version control guide")

CLAIMS = _schema(
    """claim_seq:i interchange:i transaction:i version segment:i offset:i claim_id charge_cents:i place_of_service
    frequency original_reference sequence filing_indicator payer_name payer_id subscriber_id patient_key billing_npi
    billing_taxonomy rendering_npi rendering_taxonomy referring_npi facility_npi diagnoses received:d
    prior_authorization"""
)
LINES = _schema(
    f"""claim_seq:i segment:i offset:i line_number:i {_PROCEDURE} charge_cents:i unit_basis units:f place_of_service
    pointers dos:d dos_last:d rendering_npi rendering_taxonomy referring_npi line_control"""
)
FACILITY_CLAIMS = _schema(
    """claim_seq:i interchange:i transaction:i version segment:i offset:i claim_id charge_cents:i bill_type frequency
    statement_first:d statement_last:d admitted:d admission_type admission_source patient_status original_reference
    sequence filing_indicator payer_name payer_id subscriber_id patient_key billing_npi billing_taxonomy attending_npi
    attending_taxonomy operating_npi rendering_npi referring_npi facility_npi principal_diagnosis diagnoses
    admitting_diagnosis visit_reasons occurrence_codes occurrence_spans condition_codes value_codes received:d
    prior_authorization medical_record"""
)
FACILITY_LINES = _schema(
    f"""claim_seq:i segment:i offset:i line_number:i revenue_code {_PROCEDURE} charge_cents:i unit_basis units:f
    non_covered_cents:i dos:d dos_last:d rendering_npi referring_npi line_control"""
)

PAYMENTS = _schema(
    f"""{_PLACE} version handling amount_cents:i credit_debit method paid_on:d trace trace_origin produced_on:d
    payer_name payer_id payee_name payee_qualifier payee_id payee_tax_id receiver_id"""
)
PAID_CLAIMS = _schema(
    f"""{_PLACE} claim_id status charge_cents:i paid_cents:i patient_responsibility_cents:i filing_indicator
    payer_control facility_code frequency group_number patient_key rendering_npi crossover_payer received:d
    statement_first:d statement_last:d expired:d coverage_cents:i"""
)
PAID_SERVICES = _schema(
    f"""{_PLACE} claim_segment:i {_PROCEDURE} charge_cents:i paid_cents:i revenue_code paid_units:f
    original_qualifier original_code original_modifier_1 original_modifier_2 original_modifier_3 original_modifier_4
    original_units:f dos:d dos_last:d line_control location rendering_npi allowed_cents:i"""
)
_OF_CLAIM = f"{_PLACE} claim_segment:i service_segment:i"
ADJUSTMENTS = _schema(f"{_OF_CLAIM} group reason cents:i quantity:f")
REMARKS = _schema(f"{_OF_CLAIM} source code")
AMOUNTS = _schema(f"{_OF_CLAIM} qualifier cents:i")
PROVIDER_ADJUSTMENTS = _schema(f"{_PLACE} provider fiscal_day:d reason reference cents:i")

INTERCHANGE_ACKS = _schema("interchange:i segment:i offset:i control day:s time status note")
GROUP_ACKS = _schema(f"{_PLACE} functional_id control version status included:i received:i accepted:i errors")
SET_ACKS = _schema(f"{_PLACE} group_control type control version status errors")
SET_ERRORS = _schema(
    f"""{_PLACE} set_control segment_id position:i loop code element component repetition element_reference value
    claim_id"""
)
ERROR_CONTEXTS = _schema(f"{_PLACE} error_segment:i name value segment_id position:i loop element")

TRACKINGS = _schema(
    f"""{_PLACE} level entity name provider_npi trace payer_control clearinghouse_control bill_type dos:d dos_last:d
    action charge_cents:i accepted_count:i rejected_count:i accepted_cents:i rejected_cents:i
    source_segment:i receiver_segment:i provider_segment:i"""
)
STATUSES = _schema(
    f"""{_PLACE} tracking_segment:i service_segment:i category status entity day:d action cents:i line_control
    message"""
)

TABLES = {
    "sets": SETS,
    "claims": CLAIMS,
    "lines": LINES,
    "facility_claims": FACILITY_CLAIMS,
    "facility_lines": FACILITY_LINES,
    "payments": PAYMENTS,
    "paid_claims": PAID_CLAIMS,
    "paid_services": PAID_SERVICES,
    "adjustments": ADJUSTMENTS,
    "remarks": REMARKS,
    "amounts": AMOUNTS,
    "provider_adjustments": PROVIDER_ADJUSTMENTS,
    "interchange_acks": INTERCHANGE_ACKS,
    "group_acks": GROUP_ACKS,
    "set_acks": SET_ACKS,
    "set_errors": SET_ERRORS,
    "error_contexts": ERROR_CONTEXTS,
    "trackings": TRACKINGS,
    "statuses": STATUSES,
}
EMPTY = {name: pl.DataFrame(schema=schema) for name, schema in TABLES.items()}
