"""The exceptions of cleanclaim: a bad call raises one of these; a bad claim is a finding, never an exception.

::

    CleanclaimError            everything below; carries code, message, field
    ├── InputError             a value in a request is missing or cannot be used (names the field)
    ├── UnreadableFile         a file that cannot be opened or is not what it claims to be
    ├── UnsupportedFile        a readable file of a kind or version this release does not check
    ├── ConfigError            cleanclaim.toml, a mapping file or a payer pack is wrong (names the key)
    ├── UnknownPayer           a payer id that no pack carries
    ├── UnknownCode            a procedure code that no table carries
    └── MissingTable           a published table that is not installed

No message holds a patient's name, member id or note text: keys and places only.
"""

from __future__ import annotations


class CleanclaimError(Exception):
    """A call that could not be carried out, with a stable ``code`` and the ``field`` at fault.

    >>> str(InputError("minutes must be 0 or more", field="services[0].minutes"))
    'services[0].minutes: minutes must be 0 or more'
    """

    code = "error"

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(f"{field}: {message}" if field else message)
        self.message = message
        self.field = field


class InputError(CleanclaimError):
    """A value in a request is missing or cannot be used."""

    code = "bad_input"


class UnreadableFile(CleanclaimError):  # noqa: N818  (named for what the user sees, not for the class tree)
    """A file that cannot be opened, decoded or parsed at all."""

    code = "unreadable_file"


class UnsupportedFile(CleanclaimError):  # noqa: N818
    """A readable file of a kind or version that is not checked."""

    code = "unsupported_file"


class ConfigError(CleanclaimError):
    """A configuration, mapping or payer pack that is wrong."""

    code = "bad_config"


class UnknownPayer(CleanclaimError):  # noqa: N818
    """A payer id that no pack carries."""

    code = "unknown_payer"


class UnknownCode(CleanclaimError):  # noqa: N818
    """A procedure code that no table carries."""

    code = "unknown_code"


class MissingTable(CleanclaimError):  # noqa: N818
    """A published table that is not installed."""

    code = "missing_table"
