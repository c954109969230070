"""Reads trajectories out of a store, without the lab: the table `trajectory` has them as bytes.

    import sqlite3, trajectory
    store = sqlite3.connect("plots/runs.sqlite")
    key, data = store.execute("SELECT key, data FROM trajectory").fetchone()
    path = trajectory.read(data)        # {"step": [...], "loss": [...], ..., "x0": [...], "x1": [...]}

As a program it prints a run as CSV: python3 trajectory.py plots/runs.sqlite KEY

All numbers are little-endian. A header of eleven UInt32: "TRAJ", the version 4, dimension d, rows n, rows of
the columns that may be empty (gradients, nanoseconds, losses, Hessian-vector products, Hessians), the
number of validation passes, bytes of the diagnostics. Then the columns one after the other: step,
the five that may be empty, loss, gradient norm, learning rate, d coordinates; then step, loss and
accuracy of the validation passes; then the diagnostics as JSON.

A column is blocks of 32 words of 64 bits. A block: a UInt16, order + 8 * bits; for order 4 the four doubles
c1 ... c4; then 32 times so many bits, lowest first. These are what each word differs by from what was
expected of it, folded (0, -1, 1, -2, ... as 0, 1, 2, 3, ...). Expected is 0 (order 0), the word before
(1), the line (2) or the parabola (3) through those before, or of numbers c1 x1 + c2 x2 + c3 x3 + c4 x4 with
x1 the one before (4). A word is an integer, or a double whose bits are rotated left by one.
"""
import json
import struct

MASK = (1 << 64) - 1


def number(word):
    """The double of a word."""
    return struct.unpack("<d", struct.pack("<Q", (word >> 1 | word << 63) & MASK))[0]


def word(value):
    """The word of a double."""
    bits = struct.unpack("<Q", struct.pack("<d", value))[0]
    return (bits << 1 | bits >> 63) & MASK


def integer(word):
    """The integer of a word."""
    return word - (1 << 64) if word >> 63 else word


def column(data, place, count):
    """`count` words from a place on, and the place behind them."""
    words = [0, 0, 0, 0]
    while len(words) < count + 4:
        head = struct.unpack_from("<H", data, place)[0]
        place += 2
        order, bits = head & 7, head >> 3
        if order == 4:
            c = struct.unpack_from("<4d", data, place)
            place += 32
        packed = int.from_bytes(data[place:place + 4 * bits], "little")
        place += 4 * bits
        for i in range(min(32, count + 4 - len(words))):
            folded = packed >> i * bits & ((1 << bits) - 1)
            difference = folded >> 1 ^ -(folded & 1)
            if order == 0:
                expected = 0
            elif order == 1:
                expected = words[-1]
            elif order == 2:
                expected = 2 * words[-1] - words[-2]
            elif order == 3:
                expected = 3 * words[-1] - 3 * words[-2] + words[-3]
            else:
                x = [number(w) for w in words[:-5:-1]]
                expected = word(c[0] * x[0] + c[1] * x[1] + c[2] * x[2] + c[3] * x[3])
            words.append((expected + difference) & MASK)
    return words[4:], place


def read(data):
    """A trajectory as a dictionary of columns; "validation" and "diagnostics" are lists of their own."""
    magic, version, dimension, rows, *optional, passes, inside = struct.unpack_from("<11I", data)
    if magic != 0x4A415254 or version != 4:
        raise ValueError("not a trajectory of version 4")
    place, path = 44, {}

    def take(count, kind):
        nonlocal place
        words, place = column(data, place, count)
        return [kind(w) for w in words]

    path["step"] = take(rows, integer)
    names = ["gradients", "nanoseconds", "losses", "hessian_vector_products", "hessians"]
    for name, count in zip(names, optional):
        path[name] = take(count, integer) or [0] * rows
    for name in ["loss", "gradient_norm", "learning_rate"] + [f"x{d}" for d in range(dimension)]:
        path[name] = take(rows, number)
    steps, losses, accuracies = take(passes, integer), take(passes, number), take(passes, number)
    path["validation"] = [
        {"step": s, "loss": l, "accuracy": a} for s, l, a in zip(steps, losses, accuracies)]
    path["diagnostics"] = json.loads(data[place:place + inside]) if inside else []
    return path


if __name__ == "__main__":
    import sqlite3
    import sys

    store = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
    row = store.execute(
        "SELECT data FROM trajectory WHERE key LIKE ?", (sys.argv[2] + "%",)).fetchone()
    if row is None:
        sys.exit(f"no trajectory whose key begins with {sys.argv[2]}")
    path = read(row[0])
    names = [n for n in path if n not in ("validation", "diagnostics")]
    print(",".join(names))
    for values in zip(*(path[n] for n in names)):
        print(",".join(repr(v) for v in values))
