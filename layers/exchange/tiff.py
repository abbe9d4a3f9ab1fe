"""Whether a TIFF file is all there: libtiff drops a tag that lies beyond the end in silence."""

import struct

_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4,
          16: 8, 17: 8, 18: 8}  # fmt: skip
"""Bytes of a value by the type of its tag. Source: TIFF 6.0, section 2; BigTIFF."""
MAGICS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_MAX_DIRECTORIES = 64


def is_whole(data: bytes) -> bool:
    """Tell whether every directory of a TIFF and every tag's value lies within ``data``.

    Whether the cells do is seen by reading them.
    """
    order = "<" if data[:2] == b"II" else ">"
    big = data[2:4] in (b"+\0", b"\0+")
    # Count and offset of a tag, and of entries in a directory: 4 + 4 and 2 bytes, BigTIFF all 8.
    wide, count_form = ("Q", "Q") if big else ("I", "H")
    entry = struct.Struct(f"{order}HH{wide}{wide}")
    wide_size, count_size = struct.calcsize(wide), struct.calcsize(count_form)
    try:
        (at,) = struct.unpack_from(order + wide, data, 8 if big else 4)
        for _ in range(_MAX_DIRECTORIES):
            if at == 0:
                return True
            (count,) = struct.unpack_from(order + count_form, data, at)
            at += count_size
            for _ in range(min(count, 1 << 16)):
                _, kind, number, offset = entry.unpack_from(data, at)
                size = _SIZES.get(kind, 1) * number
                if size > wide_size and offset + size > len(data):
                    return False
                at += entry.size
            (at,) = struct.unpack_from(order + wide, data, at)
    except struct.error:
        return False
    return True
