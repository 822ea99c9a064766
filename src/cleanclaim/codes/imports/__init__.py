"""Official files brought into the user's own store: read, checked, kept by release, merged with the shipped tables.

Nothing is shipped here and nothing fetched: CMS publishes these files behind terms that the user accepts.
"""
