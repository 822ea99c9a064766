"""Bytes, words of eight bytes and bits of 64 bytes at once, for compiled code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir  # type: ignore[import-not-found,import-untyped,unused-ignore]
from numba import njit
from numba.core import types
from numba.extending import intrinsic

_BYTES = ir.VectorType(ir.IntType(8), 64)
_LANES = ir.Constant(ir.VectorType(ir.IntType(32), 64), [0] * 64)


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``function`` compiled, or as it was kept by an earlier run. Raises RuntimeError where nothing is kept."""
    made: Callable[..., Any] = njit(cache=True, nogil=True, error_model="numpy")(function)
    return made


def within(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``function`` for compiled code, to be made part of what calls it."""
    made: Callable[..., Any] = njit(forceinline=True, nogil=True, error_model="numpy")(function)
    return made


@intrinsic  # type: ignore[untyped-decorator]
def pointer(typing: Any, array: Any) -> Any:
    """Return where an array begins: indexed like it, but passed on at no cost, without counting who refers to it."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return context.make_array(signature.args[0])(context, builder, args[0]).data

    return types.CPointer(array.dtype)(array), code


def _at(builder: Any, args: Any, kind: Any) -> Any:
    return builder.bitcast(builder.gep(args[0], [args[1]]), kind.as_pointer())


@intrinsic  # type: ignore[untyped-decorator]
def word_at(typing: Any, data: Any, index: Any) -> Any:
    """Return the eight bytes at ``index`` as one little-endian number."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.load(_at(builder, args, ir.IntType(64)), align=1)

    return types.uint64(data, types.int64), code


@intrinsic  # type: ignore[untyped-decorator]
def put_word(typing: Any, data: Any, index: Any, word: Any) -> Any:
    """Put a number as eight bytes, little-endian, at ``index``."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        builder.store(args[2], _at(builder, args, ir.IntType(64)), align=1)
        return context.get_dummy_value()

    return types.void(data, types.int64, types.uint64), code


@intrinsic  # type: ignore[untyped-decorator]
def marks_at(typing: Any, data: Any, index: Any, byte: Any) -> Any:
    """Return a bit for each of the 64 bytes from ``index`` on: whether it is ``byte``."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        found = builder.load(_at(builder, args, _BYTES), align=1)
        none = ir.Constant(_BYTES, ir.Undefined)
        one = builder.insert_element(none, args[2], ir.Constant(ir.IntType(32), 0))
        return builder.bitcast(
            builder.icmp_unsigned("==", found, builder.shuffle_vector(one, none, _LANES)), ir.IntType(64)
        )

    return types.uint64(data, types.int64, types.uint8), code


@intrinsic  # type: ignore[untyped-decorator]
def lowest(typing: Any, bits: Any) -> Any:
    """Return the place of the lowest bit that is set; 64 for none."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.cttz(args[0], ir.Constant(ir.IntType(1), 0))

    return types.int64(types.uint64), code
