"""The claims of an 837 professional file in one compiled pass; used where numba is installed.

It reads what is in order and stops before what is not, which the other reader then reads: the tables are the same.
"""
