"""Files that clinics have to SERVICES: delimited rows, JSON visits and 837 claims, told apart by content and joined."""

from cleanclaim.intake.mapping import shipped as shipped_mappings
from cleanclaim.intake.read import Batch, batches, read, services_from_json

__all__ = ["Batch", "batches", "read", "services_from_json", "shipped_mappings"]
