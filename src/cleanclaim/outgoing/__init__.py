"""Claims on their way out: from visits and claims to 837 files for each payer."""

from cleanclaim.outgoing.gather import HOLD, HeldClaim
from cleanclaim.outgoing.run import Sent, WrittenFile, write

__all__ = ["HOLD", "HeldClaim", "Sent", "WrittenFile", "write"]
