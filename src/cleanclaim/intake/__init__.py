"""Files that clinics have to SERVICES: delimited rows, workbooks, JSON visits and 837 claims, told apart and joined."""

from cleanclaim.intake.found import Found, find
from cleanclaim.intake.mapping import load_mapping
from cleanclaim.intake.mapping import shipped as shipped_mappings
from cleanclaim.intake.plans import read_records, records_in
from cleanclaim.intake.read import (
    Batch,
    MappingSource,
    Opened,
    Share,
    batches,
    open_files,
    read,
    read_share,
    services_from_json,
)

__all__ = ["Batch", "MappingSource", "batches", "read", "read_records", "records_in"]
__all__ += ["Found", "Opened", "Share", "find", "load_mapping", "open_files", "read_share", "services_from_json"]
__all__ += ["shipped_mappings"]
