"""Letters as PDF: the packet that goes with an appeal. Facts of the claim; what a person must say is left blank."""

from cleanclaim.letters.packet import Block, Disputed, Fact, Line, Packet, Passed, Step, packet_pdf

__all__ = ["Block", "Disputed", "Fact", "Line", "Packet", "Passed", "Step", "packet_pdf"]
